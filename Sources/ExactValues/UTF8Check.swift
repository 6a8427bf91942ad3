// SPDX-License-Identifier: Apache-2.0

/// Finds where bytes stop being UTF-8 (Unicode, table 3-7).
///
/// The standard library's validating initialisers are not specialised for buffers and cost several
/// times as much as reading the text itself.
@usableFromInline
enum UTF8Check {
    /// The bits that no ASCII byte has.
    static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The first byte of the first ill-formed sequence; nil when there is none.
    @usableFromInline
    static func firstInvalid(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let raw = UnsafeRawBufferPointer(bytes)
        var position = 0
        while position < raw.count {
            if position + 8 <= raw.count,
                raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) & tops == 0
            {
                position += 8
                continue
            }
            if raw[position] < 0x80 {
                position += 1
                continue
            }
            let length = sequenceLength(at: position, in: raw)
            guard length > 0 else { return position }
            position += length
        }
        return nil
    }

    /// The length of the sequence of several bytes that starts here; 0 when it is ill-formed.
    private static func sequenceLength(at start: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        guard start + 1 < bytes.count else { return 0 }
        let second = bytes[start + 1]
        let length: Int
        let allowed: ClosedRange<UInt8>
        switch bytes[start] {
        case 0xC2...0xDF: (length, allowed) = (2, 0x80...0xBF)
        case 0xE0: (length, allowed) = (3, 0xA0...0xBF)
        case 0xED: (length, allowed) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, allowed) = (3, 0x80...0xBF)
        case 0xF0: (length, allowed) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, allowed) = (4, 0x80...0xBF)
        case 0xF4: (length, allowed) = (4, 0x80...0x8F)
        default: return 0
        }
        guard allowed.contains(second), start + length <= bytes.count else { return 0 }
        for index in start + 2..<start + length where bytes[index] & 0xC0 != 0x80 {
            return 0
        }
        return length
    }
}

extension Text {
    /// Whether bytes are UTF-8 from the first to the last.
    public static func isValid(utf8 bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        UTF8Check.firstInvalid(in: bytes) == nil
    }
}
