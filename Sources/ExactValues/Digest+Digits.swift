// SPDX-License-Identifier: Apache-2.0

extension Digest {
    /// Reads 64 lower-case hexadecimal digits without allocating; nil for anything else.
    public init?(digits: UnsafeBufferPointer<UInt8>) {
        guard digits.count == 2 * Self.byteCount,
            let first = Self.word(digits, at: 0), let second = Self.word(digits, at: 16),
            let third = Self.word(digits, at: 32), let fourth = Self.word(digits, at: 48)
        else { return nil }
        self.init(first: first, second: second, third: third, fourth: fourth)
    }

    /// The value of sixteen digits; nil when one is none.
    private static func word(_ digits: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt64? {
        var word: UInt64 = 0
        for index in start..<(start + 16) {
            let digit = digits[index]
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit &- 0x30
            case 0x61...0x66: value = digit &- 0x57
            default: return nil
            }
            word = word << 4 | UInt64(value)
        }
        return word
    }
}
