// SPDX-License-Identifier: Apache-2.0

extension Digest {
    /// Reads 64 lower-case hexadecimal digits without allocating; nil for anything else.
    public init?(digits: UnsafeBufferPointer<UInt8>) {
        guard digits.count == 2 * Self.byteCount else { return nil }
        let raw = UnsafeRawBufferPointer(digits)
        guard let first = Self.word(raw, at: 0), let second = Self.word(raw, at: 16),
            let third = Self.word(raw, at: 32), let fourth = Self.word(raw, at: 48)
        else { return nil }
        self.init(first: first, second: second, third: third, fourth: fourth)
    }

    /// The value of sixteen digits; nil when one is none.
    private static func word(_ digits: UnsafeRawBufferPointer, at start: Int) -> UInt64? {
        guard let high = half(digits, at: start), let low = half(digits, at: start + 8) else {
            return nil
        }
        return high << 32 | low
    }

    /// The value of eight digits, all looked at together: each is a byte of one word.
    private static func half(_ digits: UnsafeRawBufferPointer, at start: Int) -> UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = UInt64(
            bigEndian: digits.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        )
        // A letter has the bit of 64 and stands for 9 more than its low half says.
        let values = (word & (ones &* 0x0F)) &+ (word >> 6 & ones) &* 9
        let isLetter = (values &+ ones &* 6) >> 4 & ones
        guard values & (ones &* 0xF0) == 0,
            word == values &+ ones &* 0x30 &+ isLetter &* 0x27
        else { return nil }
        let pairs = (values | values >> 4) & 0x00FF_00FF_00FF_00FF
        let quads = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF
        return (quads | quads >> 16) & 0xFFFF_FFFF
    }
}
