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

    /// From "0" to "f", the value of each digit as a character from "0" on; "~" for none.
    private static let digitValues: StaticString =
        "0123456789~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~:;<=>?"

    /// The value of sixteen digits; nil when one is none.
    private static func word(_ digits: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt64? {
        var word: UInt64 = 0
        var every: UInt8 = 0
        for index in start..<(start + 16) {
            let place = Int(digits[index]) - 0x30
            guard place >= 0, place < digitValues.utf8CodeUnitCount else { return nil }
            let value = digitValues.utf8Start[place] &- 0x30
            every |= value
            word = word << 4 | UInt64(value & 15)
        }
        return every < 16 ? word : nil
    }
}
