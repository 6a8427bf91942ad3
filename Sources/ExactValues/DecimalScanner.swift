// SPDX-License-Identifier: Apache-2.0

/// Reads one number of the JSON grammar and judges whether it is within the bounds of `Decimal`.
struct DecimalScanner {
    /// What a scan found.
    enum Outcome: Equatable {
        /// A number within the bounds.
        case exact
        /// Not a number of the grammar; `position` is the byte that is wrong.
        case malformed
        /// A number, but with too many digits or of too great a magnitude.
        case outOfBounds
    }

    /// The most significant digits a number may have.
    static let maximumSignificantDigits = 34
    /// The most digits before the point, and the most after it.
    static let maximumPlaces = 18
    /// Where the counting of exponents stops: far beyond any bound, far below any overflow.
    private static let exponentCeiling = 1_000_000_000_000

    /// The byte where the scan stands.
    private(set) var position: Int
    /// The number times ten to the 18, after `.exact`.
    private(set) var scaled: Int128 = 0

    /// The digits from the first that is not zero to the last that is not zero.
    private var mantissa: UInt128 = 0
    private var significantDigits = 0
    private var trailingZeros = 0

    init(position: Int) {
        self.position = position
    }

    /// Reads the longest number that starts at `position` and stops behind it.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Outcome {
        let isNegative = skip(0x2D, in: bytes)
        if !skip(0x30, in: bytes), readDigits(bytes) == 0 { return .malformed }
        var fractionDigits = 0
        if skip(0x2E, in: bytes) {
            fractionDigits = readDigits(bytes)
            if fractionDigits == 0 { return .malformed }
        }
        var exponent = 0
        if position < bytes.count, bytes[position] | 0x20 == 0x65 {
            position += 1
            guard let read = readExponent(bytes) else { return .malformed }
            exponent = read
        }
        return conclude(exponent: exponent - fractionDigits + trailingZeros, isNegative)
    }

    /// Judges the digits, the last of which counts ten to the power of `exponent`.
    private mutating func conclude(exponent: Int, _ isNegative: Bool) -> Outcome {
        guard significantDigits > 0 else { return .exact }
        guard significantDigits <= Self.maximumSignificantDigits,
            exponent >= -Self.maximumPlaces,
            significantDigits + exponent <= Self.maximumPlaces
        else { return .outOfBounds }
        let magnitude = mantissa &* PowersOfTen.wide(exponent + Self.maximumPlaces)
        let value = Int128(truncatingIfNeeded: magnitude)
        scaled = isNegative ? 0 &- value : value
        return .exact
    }

    private mutating func skip(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Takes digits in as far as they go and returns how many there were.
    private mutating func readDigits(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let start = position
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            position += 1
            if digit != 0 {
                append(digit)
            } else if significantDigits > 0 {
                trailingZeros += 1
            }
        }
        return position - start
    }

    /// Takes in a digit that is not zero, and the zeros before it, which now are significant.
    private mutating func append(_ digit: UInt8) {
        significantDigits += trailingZeros + 1
        if significantDigits <= Self.maximumSignificantDigits {
            let factor = trailingZeros == 0 ? 10 : PowersOfTen.wide(trailingZeros + 1)
            mantissa = mantissa &* factor &+ UInt128(digit)
        }
        trailingZeros = 0
    }

    private mutating func readExponent(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let isNegative = skip(0x2D, in: bytes)
        if !isNegative { _ = skip(0x2B, in: bytes) }
        let start = position
        var exponent = 0
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            position += 1
            exponent = min(exponent * 10 + Int(digit), Self.exponentCeiling)
        }
        guard position > start else { return nil }
        return isNegative ? -exponent : exponent
    }
}
