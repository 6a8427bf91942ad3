// SPDX-License-Identifier: Apache-2.0

/// Powers of ten in fixed width, and the digits of fixed-width numbers.
enum PowersOfTen {
    /// Ten to the 0 up to ten to the 19, which is the last that fits 64 bits.
    static let narrow: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000,
        100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]

    /// Ten to the 18.
    static let quintillion: UInt64 = 1_000_000_000_000_000_000

    /// Ten to the power of 0...38.
    static func wide(_ exponent: Int) -> UInt128 {
        if exponent < 20 { return UInt128(narrow[exponent]) }
        return UInt128(narrow[19]) &* UInt128(narrow[exponent - 19])
    }

    /// Quotient and remainder by ten to the 18.
    static func splitQuintillion(_ value: UInt128) -> (quotient: UInt128, remainder: UInt64) {
        if let narrow = UInt64(exactly: value) {
            let parts = narrow.quotientAndRemainder(dividingBy: quintillion)
            return (UInt128(parts.quotient), parts.remainder)
        }
        let parts = value.quotientAndRemainder(dividingBy: UInt128(quintillion))
        return (parts.quotient, UInt64(truncatingIfNeeded: parts.remainder))
    }
}

/// Writes the digits of numbers into memory that has room for them.
enum Digits {
    /// Writes `value` so that its last digit stands just before `end`; returns where it starts.
    static func write(
        _ value: UInt64,
        endingAt end: Int,
        in buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var position = end
        var rest = value
        repeat {
            let quotient = rest / 10
            position -= 1
            buffer[position] = 0x30 &+ UInt8(truncatingIfNeeded: rest &- quotient &* 10)
            rest = quotient
        } while rest != 0
        return position
    }

    /// Writes exactly `count` digits, with leading zeros, ending just before `end`.
    static func write(
        _ value: UInt64,
        count: Int,
        endingAt end: Int,
        in buffer: UnsafeMutableBufferPointer<UInt8>
    ) {
        var rest = value
        var position = end
        while position > end - count {
            let quotient = rest / 10
            position -= 1
            buffer[position] = 0x30 &+ UInt8(truncatingIfNeeded: rest &- quotient &* 10)
            rest = quotient
        }
    }

    /// Writes up to 39 digits so that the last one stands just before `end`; returns the start.
    static func write(
        _ value: UInt128,
        endingAt end: Int,
        in buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var rest = value
        var position = end
        while rest >= UInt128(PowersOfTen.quintillion) {
            let parts = PowersOfTen.splitQuintillion(rest)
            write(parts.remainder, count: 18, endingAt: position, in: buffer)
            position -= 18
            rest = parts.quotient
        }
        return write(UInt64(truncatingIfNeeded: rest), endingAt: position, in: buffer)
    }
}
