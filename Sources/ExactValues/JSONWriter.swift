// SPDX-License-Identifier: Apache-2.0

/// Appends JSON text to bytes and puts the commas where they belong.
///
/// That names and values alternate, and that what begins ends, is the caller's duty.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    /// Whether a comma goes before the next name or value.
    private var needsComma = false

    /// Starts with nothing written and room for so many bytes.
    public init(reserving: Int = 256) {
        bytes = []
        bytes.reserveCapacity(reserving)
    }

    // MARK: Structure

    /// Opens an object.
    public mutating func beginObject() { open(0x7B) }

    /// Closes the object that was opened last.
    public mutating func endObject() { close(0x7D) }

    /// Opens an array.
    public mutating func beginArray() { open(0x5B) }

    /// Closes the array that was opened last.
    public mutating func endArray() { close(0x5D) }

    /// Writes the name of a member; its value comes next.
    public mutating func name(_ name: StaticString) {
        comma()
        name.withUTF8Buffer { quote($0) }
        bytes.append(0x3A)
        needsComma = false
    }

    /// Writes the name of a member; its value comes next.
    @_disfavoredOverload  // so that a literal is a static string
    public mutating func name(_ name: Text) {
        comma()
        name.withUTF8 { quote($0) }
        bytes.append(0x3A)
        needsComma = false
    }

    // MARK: Values

    /// Writes a string.
    public mutating func string(_ string: String) { text(Text(string)) }

    /// Writes a string.
    public mutating func text(_ text: Text) {
        comma()
        text.withUTF8 { quote($0) }
    }

    /// Writes a decimal as a JSON number, plain.
    public mutating func decimal(_ decimal: Decimal) {
        comma()
        decimal.write(into: &bytes)
    }

    /// Writes a decimal as a string: `"1.5"` (SPEC 2, Values).
    public mutating func decimalString(_ decimal: Decimal) {
        quoted { decimal.write(into: &$0) }
    }

    /// Writes a sum or product as a string (SPEC 2, Values).
    public mutating func wideDecimalString(_ decimal: WideDecimal) {
        quoted { decimal.write(into: &$0) }
    }

    /// Writes an instant as a string: UTC, six digits after the second (SPEC 2, Values).
    public mutating func timestamp(_ timestamp: Timestamp) {
        quoted { timestamp.write(into: &$0) }
    }

    /// Writes an integer.
    public mutating func integer(_ integer: Int) {
        comma()
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            let start = Digits.write(
                UInt64(integer.magnitude),
                endingAt: buffer.count,
                in: buffer
            )
            if integer < 0 { bytes.append(0x2D) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ bool: Bool) { literal(bool ? "true" : "false") }

    /// Writes `null`.
    public mutating func null() { literal("null") }

    /// Writes a digest as a string of 64 hexadecimal digits.
    public mutating func hex(_ digest: Digest) {
        quoted { bytes in
            digest.withUnsafeBytes { Hex.append($0, to: &bytes) }
        }
    }

    /// Writes a value that is JSON already; whether it is, is the caller's duty.
    public mutating func raw(_ json: some Collection<UInt8>) {
        comma()
        bytes.append(contentsOf: json)
    }

    /// Writes a value, its members in the order they have.
    public mutating func value(_ value: JSONValue) { write(value, isCanonical: false) }

    /// Writes a value, members sorted by the bytes of their names.
    mutating func canonicalValue(_ value: JSONValue) { write(value, isCanonical: true) }

    private mutating func write(_ value: JSONValue, isCanonical: Bool) {
        switch value {
        case .null: null()
        case .bool(let bool): self.bool(bool)
        case .number(let decimal): self.decimal(decimal)
        case .string(let text): self.text(text)
        case .array(let items):
            beginArray()
            for item in items {
                write(item, isCanonical: isCanonical)
            }
            endArray()
        case .object(let object):
            beginObject()
            for member in isCanonical ? object.sortedMembers : object.members {
                name(member.name)
                write(member.value, isCanonical: isCanonical)
            }
            endObject()
        }
    }
}

// MARK: Pieces

extension JSONWriter {
    @inline(__always)
    private mutating func comma() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func literal(_ word: StaticString) {
        comma()
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func quoted(_ body: (inout [UInt8]) -> Void) {
        comma()
        bytes.append(0x22)
        body(&bytes)
        bytes.append(0x22)
    }

    /// Appends the content in quotes, escaping what has to be.
    private mutating func quote(_ content: UnsafeBufferPointer<UInt8>) {
        bytes.append(0x22)
        let raw = UnsafeRawBufferPointer(content)
        var start = 0
        var position = 0
        while position < raw.count {
            if position + 8 <= raw.count {
                let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let found = JSONEscapes.mask(UInt64(littleEndian: word))
                position += found == 0 ? 8 : found.trailingZeroBitCount >> 3
                if found == 0 { continue }
            } else if !JSONEscapes.isNeeded(raw[position]) {
                position += 1
                continue
            }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: raw[start..<position]))
            JSONEscapes.append(raw[position], to: &bytes)
            position += 1
            start = position
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: raw[start..<raw.count]))
        bytes.append(0x22)
    }
}
