// SPDX-License-Identifier: Apache-2.0

import BigInt

/// A sum or product of decimals, exact and unbounded: it never overflows and never rounds
/// (SPEC 2, Values; SPEC 6).
///
/// Equal values are equal, however they came about.
public struct WideDecimal: Hashable, Comparable, Sendable {
    /// A coefficient and the number of its digits that stand after the point.
    ///
    /// The form is canonical: the coefficient ends in zero only when no digit stands after the
    /// point, and `wide` holds only what does not fit `narrow`. So equality and hashing may be
    /// those of the parts.
    enum Storage: Hashable, Sendable {
        /// Nearly every amount; no memory is allocated for it. Never `Int128.min`.
        case narrow(Int128, places: Int)
        /// What 128 bits do not hold.
        indirect case wide(BigInt, places: Int)
    }

    let storage: Storage

    /// Takes parts that are canonical already.
    init(storage: Storage) {
        self.storage = storage
    }

    /// Nothing.
    public static let zero = WideDecimal(narrow: 0, places: 0)

    /// Takes a decimal as it is.
    public init(_ decimal: Decimal) {
        let parts = PowersOfTen.splitQuintillion(decimal.scaled.magnitude)
        if parts.remainder == 0 {
            let integer = Int128(truncatingIfNeeded: parts.quotient)
            self.init(storage: .narrow(decimal.scaled < 0 ? -integer : integer, places: 0))
        } else {
            self.init(narrow: decimal.scaled, places: 18)
        }
    }

    /// Reads the plain form, any number of digits; nil when it is not that.
    ///
    /// The form is `description`'s, but zeros may end it: an optional `-`, an integer without
    /// leading zeros, and optionally a point and digits.
    public init?(_ literal: String) {
        var digits = Array(literal.utf8)
        let isNegative = digits.first == 0x2D
        if isNegative { digits.removeFirst() }
        var places = 0
        if let point = digits.firstIndex(of: 0x2E) {
            places = digits.count - point - 1
            guard point > 0, places > 0 else { return nil }
            digits.remove(at: point)
        }
        let integerDigits = digits.count - places
        guard integerDigits == 1 || (integerDigits > 1 && digits[0] != 0x30) else { return nil }
        var magnitude = BigInt(0)
        var chunk: UInt64 = 0
        var chunkDigits = 0
        for digit in digits {
            guard digit &- 0x30 < 10 else { return nil }
            chunk = chunk * 10 + UInt64(digit &- 0x30)
            chunkDigits += 1
            guard chunkDigits == 18 else { continue }
            magnitude = magnitude * BigInt(PowersOfTen.quintillion) + BigInt(chunk)
            chunk = 0
            chunkDigits = 0
        }
        magnitude = magnitude * BigInt(PowersOfTen.narrow[chunkDigits]) + BigInt(chunk)
        self.init(wide: isNegative ? -magnitude : magnitude, places: places)
    }

    /// Whether it is nothing.
    public var isZero: Bool {
        guard case .narrow(let coefficient, _) = storage else { return false }
        return coefficient == 0
    }

    /// Whether it is below zero.
    public var isNegative: Bool {
        switch storage {
        case .narrow(let coefficient, _): coefficient < 0
        case .wide(let coefficient, _): coefficient.sign == .minus
        }
    }

    /// How many digits stand after the point.
    var places: Int {
        switch storage {
        case .narrow(_, let places), .wide(_, let places): places
        }
    }

    /// The coefficient, whichever way it is held.
    var coefficient: BigInt {
        switch storage {
        case .narrow(let coefficient, _): BigInt(coefficient)
        case .wide(let coefficient, _): coefficient
        }
    }
}

// MARK: Canonical form

extension WideDecimal {
    /// Drops the zeros that end the digits after the point.
    init(narrow coefficient: Int128, places: Int) {
        if let short = Int64(exactly: coefficient) {
            let canonical = Self.canonical(short, places: places)
            self.init(storage: .narrow(Int128(canonical.0), places: canonical.1))
            return
        }
        guard coefficient != Int128.min else {
            self.init(wide: BigInt(coefficient), places: places)
            return
        }
        var rest = coefficient
        var places = places
        for step in [16, 16, 8, 4, 2, 1] where places >= step {
            let parts = rest.quotientAndRemainder(
                dividingBy: Int128(PowersOfTen.narrow[step])
            )
            guard parts.remainder == 0 else { continue }
            rest = parts.quotient
            places -= step
        }
        self.init(storage: .narrow(rest, places: places))
    }

    private static func canonical(_ coefficient: Int64, places: Int) -> (Int64, Int) {
        var rest = coefficient
        var places = places
        guard rest != 0 else { return (0, 0) }
        if places >= 8, rest % 100_000_000 == 0 {
            rest /= 100_000_000
            places -= 8
        }
        while places >= 4, rest % 10_000 == 0 {
            rest /= 10_000
            places -= 4
        }
        while places > 0, rest % 10 == 0 {
            rest /= 10
            places -= 1
        }
        return (rest, places)
    }

    /// Drops the zeros that end the digits after the point, and goes narrow when it can.
    init(wide coefficient: BigInt, places: Int) {
        var rest = coefficient
        var places = places
        for step in [18, 1] {
            let divisor = BigInt(PowersOfTen.narrow[step])
            while places >= step, rest != 0 {
                let parts = rest.quotientAndRemainder(dividingBy: divisor)
                guard parts.remainder == 0 else { break }
                rest = parts.quotient
                places -= step
            }
        }
        if let narrow = rest.narrow {
            self.init(storage: .narrow(narrow, places: narrow == 0 ? 0 : places))
        } else {
            self.init(storage: .wide(rest, places: places))
        }
    }
}

// MARK: 128 bits

extension BigInt {
    /// The value in 128 bits; nil when it does not fit, or is `Int128.min`.
    ///
    /// Built from magnitude and sign, because the generic `Int128(exactly:)` of Swift 6.3 gets
    /// negative numbers of two words wrong.
    fileprivate var narrow: Int128? {
        let words = magnitude.words
        guard words.count <= 2 else { return nil }
        var value: UInt128 = 0
        for word in words.reversed() {
            value = value << 64 | UInt128(word)
        }
        guard let positive = Int128(exactly: value) else { return nil }
        return sign == .minus ? -positive : positive
    }
}
