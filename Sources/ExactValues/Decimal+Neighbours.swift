// SPDX-License-Identifier: Apache-2.0

extension Decimal {
    private static let unit: Int128 = 1_000_000_000_000_000_000
    /// The largest number there is: 34 digits, 18 of them before the point.
    private static let largest: Int128 = unit * unit - 100

    /// A number strictly between two others: the first integer above `low` or below `high` if there
    /// is one, else the middle; without a bound on one side the nearest integer beyond the other.
    ///
    /// Nil when nothing within the bounds of Decimal lies between them.
    public static func between(_ low: Decimal?, _ high: Decimal?) -> Decimal? {
        var candidates: [Int128] = []
        if let low { candidates.append(floor(low.scaled) + unit) }
        if let high { candidates.append(-floor(-high.scaled) - unit) }
        if let low, let high {
            let middle = low.scaled + (high.scaled - low.scaled) / 2
            // Beside a long integer part the last digits have to be zero: 34 are all there are.
            candidates += [middle, middle - middle % 10, middle - middle % 100]
        }
        if low == nil, high == nil { candidates.append(0) }
        // Beyond the last integer there are still fractions.
        if low == nil { candidates.append(-largest) }
        if high == nil { candidates.append(largest) }
        for scaled in candidates {
            let found = Decimal(scaled: scaled)
            guard low.map({ $0 < found }) ?? true, high.map({ found < $0 }) ?? true,
                Decimal(found.description) == found
            else { continue }
            return found
        }
        return nil
    }

    private static func floor(_ scaled: Int128) -> Int128 {
        let remainder = scaled % unit
        return scaled - remainder - (remainder < 0 ? unit : 0)
    }

    /// So many microseconds, in seconds.
    public init(secondsOf microseconds: Int64) {
        self.init(scaled: Int128(microseconds) * 1_000_000_000_000)
    }
}
