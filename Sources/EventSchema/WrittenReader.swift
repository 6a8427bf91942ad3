// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Reads what this target has written: JSON without white space, its members in a fixed order.
///
/// It is no JSON parser: it expects exactly the bytes that a writer of the same schema version puts
/// there, which is stricter and many times faster. Replay reads every event ever written with it.
struct WrittenReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0
    /// Names read before, where events are read in a row.
    var names: WrittenNames?

    private init(bytes: UnsafeBufferPointer<UInt8>, names: WrittenNames? = nil) {
        self.bytes = bytes
        self.names = names
    }

    /// Reads a whole blob; the pointer lives as long as `body` runs.
    static func read<Value>(
        _ bytes: [UInt8],
        _ body: (inout WrittenReader) throws(WrittenFault) -> Value
    ) throws(WrittenFault) -> Value {
        try bytes.withUnsafeBufferPointer { buffer throws(WrittenFault) in
            try read(buffer, body)
        }
    }

    /// Reads a whole blob.
    static func read<Value>(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ body: (inout WrittenReader) throws(WrittenFault) -> Value
    ) throws(WrittenFault) -> Value {
        var reader = WrittenReader(bytes: bytes)
        return try reader.whole(body)
    }

    /// Reads a whole blob, with the names read before.
    static func read<Value>(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ names: inout WrittenNames?,
        _ body: (inout WrittenReader) throws(WrittenFault) -> Value
    ) throws(WrittenFault) -> Value {
        var reader = WrittenReader(bytes: bytes, names: names.take())
        defer { names = reader.names.take() }
        return try reader.whole(body)
    }

    /// Reads what a blob begins with.
    static func readStart<Value>(
        of bytes: UnsafeBufferPointer<UInt8>,
        _ body: (inout WrittenReader) throws(WrittenFault) -> Value
    ) throws(WrittenFault) -> Value {
        var reader = WrittenReader(bytes: bytes)
        return try body(&reader)
    }

    private mutating func whole<Value>(
        _ body: (inout WrittenReader) throws(WrittenFault) -> Value
    ) throws(WrittenFault) -> Value {
        let value = try body(&self)
        guard position == bytes.count else { throw fault(.malformed) }
        return value
    }

    /// A fault where the reader stands, or where a value it has read began.
    func fault(_ reason: SchemaError.Reason, at offset: Int? = nil) -> WrittenFault {
        WrittenFault(reason: reason, offset: offset ?? position)
    }

    // MARK: Structure

    /// Takes these bytes if they are next.
    @inline(__always)
    mutating func accept(_ token: StaticString) -> Bool {
        let count = token.utf8CodeUnitCount
        guard position + count <= bytes.count, let base = bytes.baseAddress else { return false }
        guard
            ByteRun.areEqual(
                UnsafeRawPointer(base + position),
                UnsafeRawPointer(token.utf8Start),
                count: count
            )
        else { return false }
        position += count
        return true
    }

    /// Takes these bytes, which have to be next.
    @inline(__always)
    mutating func expect(_ token: StaticString) throws(WrittenFault) {
        guard accept(token) else { throw fault(.malformed) }
    }

    /// Takes a string, which has to be this text.
    mutating func expect(text: Text) throws(WrittenFault) {
        let start = position
        if acceptPlain(text) { return }
        guard try self.text() == text else { throw fault(.contradiction, at: start) }
    }

    /// Takes a string if it is this text and neither has anything to escape.
    private mutating func acceptPlain(_ text: Text) -> Bool {
        text.withUTF8 { content in
            let end = position + content.count + 1
            guard end < bytes.count, bytes[position] == 0x22, bytes[end] == 0x22,
                let base = bytes.baseAddress, let start = content.baseAddress,
                ByteRun.areEqual(base + position + 1, start, count: content.count),
                ByteRun.plainCount(content) == content.count
            else { return false }
            position = end + 1
            return true
        }
    }

    /// Takes an integer, which has to be this one.
    mutating func expect(integer: Int64) throws(WrittenFault) {
        let start = position
        guard try self.integer() == integer else { throw fault(.contradiction, at: start) }
    }

    // MARK: Plain values

    /// Takes an integer of at most 18 digits, written without leading zeros.
    mutating func integer() throws(WrittenFault) -> Int64 {
        let start = position
        let isNegative = accept("-")
        let first = position
        var value: Int64 = 0
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            guard position - first < 18 else { throw fault(.invalidValue, at: start) }
            value = value * 10 + Int64(digit)
            position += 1
        }
        let count = position - first
        guard count > 0, count == 1 || bytes[first] != 0x30, !isNegative || value != 0 else {
            throw fault(.malformed, at: start)
        }
        return isNegative ? -value : value
    }

    /// Takes an integer that is at least `minimum`.
    mutating func count(from minimum: Int) throws(WrittenFault) -> Int {
        let start = position
        let value = Int(try integer())
        guard value >= minimum else { throw fault(.invalidValue, at: start) }
        return value
    }

    /// Takes a schema version.
    mutating func schema() throws(WrittenFault) -> Int { try count(from: 1) }

    /// Takes `true` or `false`.
    mutating func bool() throws(WrittenFault) -> Bool {
        if accept("true") { return true }
        try expect("false")
        return false
    }

    /// Takes a string.
    mutating func text() throws(WrittenFault) -> Text {
        let start = position
        let content = try quoted()
        return try text(content, from: start)
    }

    /// The text of a string that was just taken and began at `start`.
    func text(
        _ content: (bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool),
        from start: Int
    ) throws(WrittenFault) -> Text {
        if content.hasEscapes { return try unescaped(from: start) }
        guard let text = Text(utf8: content.bytes) else { throw fault(.malformed, at: start) }
        return text
    }

    /// Takes a string and hands out what stands between its quotes, escapes as they are.
    mutating func quoted() throws(WrittenFault) -> (
        bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool
    ) {
        try expect("\"")
        let start = position
        var hasEscapes = false
        while position < bytes.count {
            position += ByteRun.plainCount(UnsafeBufferPointer(rebasing: bytes[position...]))
            guard position < bytes.count else { break }
            let byte = bytes[position]
            if byte == 0x22 {
                let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                return (content, hasEscapes)
            }
            guard byte == 0x5C else { throw fault(.malformed) }
            hasEscapes = true
            position += 2
        }
        throw WrittenFault(reason: .malformed, offset: bytes.count)
    }

    /// Takes a string that has nothing to escape: a number, an instant, an id.
    mutating func token() throws(WrittenFault) -> UnsafeBufferPointer<UInt8> {
        let start = position
        let content = try quoted()
        guard !content.hasEscapes else { throw fault(.malformed, at: start) }
        return content.bytes
    }

    /// Reads the string just taken again, with the full parser: escapes are rare.
    private func unescaped(from start: Int) throws(WrittenFault) -> Text {
        let literal = UnsafeRawBufferPointer(
            UnsafeBufferPointer(rebasing: bytes[start..<position])
        )
        guard let value = try? JSONReader.read(literal), case .string(let text) = value else {
            throw fault(.malformed, at: start)
        }
        return text
    }

    /// Takes the bytes of a number.
    mutating func number() throws(WrittenFault) -> UnsafeBufferPointer<UInt8> {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0x30...0x39, 0x2D, 0x2E: position += 1
            default:
                guard position > start else { throw fault(.malformed) }
                return UnsafeBufferPointer(rebasing: bytes[start..<position])
            }
        }
        throw fault(.malformed)
    }

    /// Takes an object as the bytes it is; only strings and brackets are looked at.
    mutating func rawObject() throws(WrittenFault) -> UnsafeBufferPointer<UInt8> {
        let start = position
        guard position < bytes.count, bytes[position] == 0x7B else { throw fault(.malformed) }
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case 0x22:
                _ = try quoted()
                continue
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { return UnsafeBufferPointer(rebasing: bytes[start..<position]) }
        }
        throw fault(.malformed)
    }
}
