// SPDX-License-Identifier: Apache-2.0

import BigInt

extension WideDecimal {
    /// The exact sum.
    public static func + (left: WideDecimal, right: WideDecimal) -> WideDecimal {
        if case .narrow(let leftCoefficient, let leftPlaces) = left.storage,
            case .narrow(let rightCoefficient, let rightPlaces) = right.storage,
            let leftAligned = aligned(leftCoefficient, leftPlaces, to: rightPlaces),
            let rightAligned = aligned(rightCoefficient, rightPlaces, to: leftPlaces)
        {
            let sum = leftAligned.addingReportingOverflow(rightAligned)
            if !sum.overflow {
                return WideDecimal(narrow: sum.partialValue, places: max(leftPlaces, rightPlaces))
            }
        }
        let places = max(left.places, right.places)
        return WideDecimal(
            wide: left.coefficient(at: places) + right.coefficient(at: places),
            places: places
        )
    }

    /// The exact difference.
    public static func - (left: WideDecimal, right: WideDecimal) -> WideDecimal {
        left + -right
    }

    /// The exact product.
    public static func * (left: WideDecimal, right: WideDecimal) -> WideDecimal {
        let places = left.places + right.places
        if case .narrow(let leftCoefficient, _) = left.storage,
            case .narrow(let rightCoefficient, _) = right.storage
        {
            if let leftShort = Int64(exactly: leftCoefficient),
                let rightShort = Int64(exactly: rightCoefficient)
            {
                return WideDecimal(narrow: Int128(leftShort) &* Int128(rightShort), places: places)
            }
            let product = leftCoefficient.multipliedReportingOverflow(by: rightCoefficient)
            if !product.overflow {
                return WideDecimal(narrow: product.partialValue, places: places)
            }
        }
        return WideDecimal(wide: left.coefficient * right.coefficient, places: places)
    }

    /// The value with the other sign; zero stays zero.
    public static prefix func - (value: WideDecimal) -> WideDecimal {
        switch value.storage {
        case .narrow(let coefficient, let places):
            WideDecimal(storage: .narrow(-coefficient, places: places))
        case .wide(let coefficient, let places):
            WideDecimal(wide: -coefficient, places: places)
        }
    }

    /// Adds in place.
    public static func += (left: inout WideDecimal, right: WideDecimal) {
        left = left + right
    }

    /// Subtracts in place.
    public static func -= (left: inout WideDecimal, right: WideDecimal) {
        left = left - right
    }

    /// Ordered by value.
    public static func < (left: WideDecimal, right: WideDecimal) -> Bool {
        if case .narrow(let leftCoefficient, let leftPlaces) = left.storage,
            case .narrow(let rightCoefficient, let rightPlaces) = right.storage,
            let leftAligned = aligned(leftCoefficient, leftPlaces, to: rightPlaces),
            let rightAligned = aligned(rightCoefficient, rightPlaces, to: leftPlaces)
        {
            return leftAligned < rightAligned
        }
        let places = max(left.places, right.places)
        return left.coefficient(at: places) < right.coefficient(at: places)
    }

    /// The nearest value with at most so many digits after the point; a tie goes to the even one.
    ///
    /// A negative number of places rounds to tens, hundreds and so on.
    public func rounded(toPlaces wanted: Int) -> WideDecimal {
        let dropped = places - wanted
        guard dropped > 0 else { return self }
        let divisor = BigInt(10).power(dropped)
        let parts = coefficient.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        var quotient = BigInt(parts.quotient)
        let doubled = BigInt(parts.remainder) * 2
        let isOdd = parts.quotient.words.first.map { $0 & 1 == 1 } ?? false
        if doubled > divisor || (doubled == divisor && isOdd) {
            quotient += 1
        }
        if isNegative { quotient = -quotient }
        guard wanted < 0 else { return WideDecimal(wide: quotient, places: wanted) }
        return WideDecimal(wide: quotient * BigInt(10).power(-wanted), places: 0)
    }

    /// The coefficient as it would be with so many more digits after the point; nil beyond 128 bits.
    private static func aligned(_ coefficient: Int128, _ places: Int, to target: Int) -> Int128? {
        let missing = target - places
        guard missing > 0 else { return coefficient }
        guard missing <= 38 else { return nil }
        if missing <= 18, let short = Int64(exactly: coefficient) {
            return Int128(short) &* Int128(PowersOfTen.narrow[missing])
        }
        let product = coefficient.multipliedReportingOverflow(
            by: Int128(truncatingIfNeeded: PowersOfTen.wide(missing))
        )
        return product.overflow ? nil : product.partialValue
    }

    private func coefficient(at target: Int) -> BigInt {
        coefficient * BigInt(10).power(target - places)
    }
}
