// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// Writes what `WrittenReader` reads: the same tokens in the same order, values between them.
///
/// Every event and every accepted record passes through here, so a token is one copy of constant
/// bytes: punctuation and names are spelled out where they are written and where they are read.
struct WrittenWriter {
    /// What has been written.
    private(set) var bytes: [UInt8] = []

    /// Starts with nothing written and room for so many bytes.
    init(reserving count: Int) { bytes.reserveCapacity(count) }

    /// Writes these bytes.
    @inline(__always)
    mutating func put(_ token: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(
                start: token.utf8Start,
                count: token.utf8CodeUnitCount
            )
        )
    }

    /// Writes JSON as it is.
    mutating func put(_ token: StaticString, json: [UInt8]) {
        put(token)
        bytes.append(contentsOf: json)
    }

    // MARK: Values

    /// Writes a string with the shortest escapes there are.
    mutating func put(_ token: StaticString, _ text: Text) {
        put(token)
        let isPlain = text.withUTF8 { ByteRun.plainCount($0) == $0.count }
        guard isPlain else {
            var writer = JSONWriter(reserving: 2 * text.utf8.count)
            writer.text(text)
            bytes.append(contentsOf: writer.bytes)
            return
        }
        bytes.append(0x22)
        text.withUTF8 { bytes.append(contentsOf: $0) }
        bytes.append(0x22)
    }

    /// Writes a string with the shortest escapes there are.
    mutating func put(_ token: StaticString, _ string: String) { put(token, Text(string)) }

    /// Writes an integer.
    mutating func put(_ token: StaticString, _ integer: Int) { put(token, Int64(integer)) }

    /// Writes an integer.
    mutating func put(_ token: StaticString, _ integer: Int64) {
        put(token)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var start = buffer.count
            var rest = integer.magnitude
            repeat {
                start -= 1
                buffer[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if integer < 0 { bytes.append(0x2D) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Writes `true` or `false`.
    mutating func put(_ token: StaticString, _ bool: Bool) {
        put(token)
        put(bool ? "true" : "false")
    }

    /// Writes an instant as a string.
    mutating func put(_ token: StaticString, _ timestamp: Timestamp) {
        put(token)
        bytes.append(0x22)
        timestamp.write(into: &bytes)
        bytes.append(0x22)
    }

    /// Writes a decimal as a string.
    mutating func put(_ token: StaticString, _ decimal: Decimal) {
        put(token)
        bytes.append(0x22)
        decimal.write(into: &bytes)
        bytes.append(0x22)
    }

    /// Writes a sum or product as a string.
    mutating func put(_ token: StaticString, _ decimal: WideDecimal) {
        put(token)
        bytes.append(0x22)
        decimal.write(into: &bytes)
        bytes.append(0x22)
    }

    /// Writes a digest as 64 hexadecimal digits.
    mutating func put(_ token: StaticString, _ digest: Digest) {
        put(token)
        bytes.append(0x22)
        bytes.append(contentsOf: digest.hex.utf8)
        bytes.append(0x22)
    }

    /// Writes bytes as base 64 with the alphabet for URLs and no padding.
    mutating func put(_ token: StaticString, base64 content: [UInt8]) {
        put(token)
        bytes.append(0x22)
        Base64URL.append(content, to: &bytes)
        bytes.append(0x22)
    }

    /// Writes an event's id.
    mutating func put(_ token: StaticString, _ id: EventID) {
        put(token)
        withUnsafeTemporaryAllocation(
            of: UInt8.self,
            capacity: EventID.writtenByteCount + 2
        ) { buffer in
            buffer[0] = 0x22
            id.write(to: UnsafeMutableBufferPointer(rebasing: buffer[1...]))
            buffer[buffer.count - 1] = 0x22
            bytes.append(contentsOf: UnsafeBufferPointer(buffer))
        }
    }

    /// Writes a value so that its type can be told: a string, a number or a boolean.
    mutating func put(_ token: StaticString, _ value: SignalValue) {
        switch value {
        case .string(let text): put(token, text)
        case .boolean(let bool): put(token, bool)
        case .number(let number):
            put(token)
            number.write(into: &bytes)
        }
    }

    /// Writes a truth value a byte, as a string of ones and zeros.
    mutating func put(_ token: StaticString, digits: [Bool]) {
        put(token)
        bytes.append(0x22)
        for digit in digits {
            bytes.append(digit ? 0x31 : 0x30)
        }
        bytes.append(0x22)
    }

    /// Writes a currency with its exponent, which may change in the list while this stays.
    mutating func put(_ token: StaticString, _ currency: Currency) {
        put(token, Text(currency.code))
        put(",\"currency_exponent\":", Int64(currency.exponent))
    }

    /// Writes a contract with its hash.
    mutating func put(_ token: StaticString, _ contract: Contract) {
        put(token, json: contract.canonicalBytes)
        put(",\"contract_hash\":", contract.hash)
    }
}
