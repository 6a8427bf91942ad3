// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Where a line stops being what it has to be.
struct LineFault: Error {
    /// The member that is wrong, or after which something is.
    let field: String
    /// The byte of the line, from 0.
    let offset: Int
}

/// Reads the lines that bundles are made of: members in a fixed order, no white space, each string
/// and number in the one spelling that the writer gives it.
struct LineReader {
    private let line: UnsafeBufferPointer<UInt8>
    private(set) var position = 0
    private var field: StaticString = "section"
    private var start = 0

    init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

    /// Something is wrong with the member that was named last.
    func fault() -> LineFault { LineFault(field: "\(field)", offset: start) }

    /// Whether everything has been read.
    var isAtEnd: Bool { position == line.count }

    // MARK: Structure

    /// Takes these bytes if they are next.
    @inline(__always)
    mutating func accept(_ token: StaticString) -> Bool {
        let count = token.utf8CodeUnitCount
        guard position + count <= line.count, let base = line.baseAddress else { return false }
        guard ByteRun.areEqual(base + position, token.utf8Start, count: count) else {
            return false
        }
        position += count
        return true
    }

    /// Takes these bytes, which have to be next.
    mutating func expect(_ token: StaticString) throws(LineFault) {
        guard accept(token) else { throw LineFault(field: "\(field)", offset: position) }
    }

    /// Takes the name of the next member.
    mutating func name(_ name: StaticString) throws(LineFault) {
        try expect(",\"")
        field = name
        try expect(name)
        try expect("\":")
        start = position
    }

    // MARK: Values

    /// Takes an integer >= 0 of at most 18 digits, without zeros in front.
    mutating func integer() throws(LineFault) -> Int {
        let first = position
        var value = 0
        while position < line.count {
            let digit = line[position] &- 0x30
            guard digit < 10 else { break }
            guard position - first < 18 else { throw fault() }
            value = value * 10 + Int(digit)
            position += 1
        }
        let count = position - first
        guard count > 0, count == 1 || line[first] != 0x30 else { throw fault() }
        return value
    }

    /// Takes a string that has nothing to escape, as it stands.
    mutating func plain() throws(LineFault) -> UnsafeBufferPointer<UInt8> {
        try expect("\"")
        let first = position
        position += ByteRun.plainCount(UnsafeBufferPointer(rebasing: line[first...]))
        if position < line.count, line[position] != 0x22 { throw fault() }
        let content = UnsafeBufferPointer(rebasing: line[first..<position])
        try expect("\"")
        return content
    }

    /// Takes a string as the bytes it stands for.
    mutating func bytes() throws(LineFault) -> [UInt8] {
        try expect("\"")
        let first = position
        let end = try closingQuote()
        var fault: LineFault?
        let content = [UInt8](unsafeUninitializedCapacity: end - first) { buffer, count in
            do throws(LineFault) {
                try unescape(upTo: end, into: buffer, &count)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        position = end + 1
        return content
    }

    /// Where the string that is being read ends.
    private func closingQuote() throws(LineFault) -> Int {
        var end = position
        while end < line.count {
            end += ByteRun.plainCount(UnsafeBufferPointer(rebasing: line[end...]))
            guard end < line.count else { break }
            if line[end] == 0x22 { return end }
            guard line[end] == 0x5C else { break }
            end += 2
        }
        throw fault()
    }

    /// Copies what a string stands for, which is never longer than it is.
    private mutating func unescape(
        upTo end: Int,
        into buffer: UnsafeMutableBufferPointer<UInt8>,
        _ count: inout Int
    ) throws(LineFault) {
        while position < end {
            let rest = UnsafeBufferPointer(rebasing: line[position..<end])
            let plain = ByteRun.copyPlain(
                rest,
                to: UnsafeMutableBufferPointer(rebasing: buffer[count...])
            )
            position += plain
            count += plain
            guard position < end else { return }
            position += 1
            buffer[count] = try escaped()
            count += 1
        }
    }

    /// Takes what follows a backslash; only the shortest spelling passes, and NUL never.
    private mutating func escaped() throws(LineFault) -> UInt8 {
        guard position < line.count else { throw fault() }
        let mark = line[position]
        position += 1
        switch mark {
        case 0x22, 0x5C: return mark
        case 0x62: return 0x08
        case 0x66: return 0x0C
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x75:
            guard accept("00"), position + 2 <= line.count,
                let high = Self.digit(line[position]), let low = Self.digit(line[position + 1])
            else { throw fault() }
            position += 2
            let byte = high << 4 | low
            let hasShortForm = [0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(byte)
            guard (0x01..<0x20).contains(byte), !hasShortForm else { throw fault() }
            return byte
        default: throw fault()
        }
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character &- 0x30
        case 0x61...0x66: character &- 0x57
        default: nil
        }
    }

    /// Takes a string as text.
    mutating func text() throws(LineFault) -> Text {
        guard let text = Text(utf8: try bytes()) else { throw fault() }
        return text
    }

    /// Takes an instant in the form that answers have.
    mutating func timestamp() throws(LineFault) -> Timestamp {
        let literal = try plain()
        guard let instant = Timestamp(rfc3339: literal),
            instant.description.utf8.elementsEqual(literal)
        else { throw fault() }
        return instant
    }

    /// Takes 64 hexadecimal digits.
    mutating func digest() throws(LineFault) -> Digest {
        guard let digest = Digest(digits: try plain()) else { throw fault() }
        return digest
    }

    /// Takes bytes as base 64 for URLs.
    mutating func base64() throws(LineFault) -> [UInt8] {
        let literal = try plain()
        if literal.isEmpty { return [] }
        guard let bytes = Base64URL.decode(literal) else {
            throw fault()
        }
        return bytes
    }
}
