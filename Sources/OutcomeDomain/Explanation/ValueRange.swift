// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The values of a signal that do the same to every question about its action.
public struct ValueRange: Hashable, Sendable {
    /// Which values they are.
    public enum Bounds: Hashable, Sendable {
        /// This one.
        case exactly(SignalValue)
        /// Numbers above `low` and below `high`; nil is no bound. One of them is there.
        case numbers(above: Decimal?, below: Decimal?)
        /// Any other than this.
        case other(than: SignalValue)
    }

    /// Which values they are.
    public let bounds: Bounds
    /// One of them.
    public let example: SignalValue

    /// Whether a value is one of them.
    public func contains(_ value: SignalValue) -> Bool {
        switch bounds {
        case .exactly(let exact): return value == exact
        case .other(let other): return value != other
        case .numbers(let low, let high):
            guard case .number(let number) = value else { return false }
            return low.map { $0 < number } ?? true && high.map { number < $0 } ?? true
        }
    }

    /// How far the nearest of these numbers is from `value`; nil unless both are numbers.
    ///
    /// For numbers above or below a bound: how far that bound is, which itself is not enough.
    public func margin(from value: SignalValue?) -> WideDecimal? {
        guard case .number(let number)? = value else { return nil }
        let bound: Decimal? =
            switch bounds {
            case .exactly(.number(let exact)): exact
            case .exactly, .other: nil
            case .numbers(let low, let high):
                if let low, number <= low { low } else { high }
            }
        guard let bound else { return nil }
        let distance = WideDecimal(bound) - WideDecimal(number)
        return distance.isNegative ? -distance : distance
    }
}

extension ValueRange {
    static func exactly(_ value: SignalValue) -> ValueRange {
        ValueRange(bounds: .exactly(value), example: value)
    }

    /// Nil when nothing lies between the bounds.
    static func numbers(above low: Decimal?, below high: Decimal?) -> ValueRange? {
        guard let example = Decimal.between(low, high) else { return nil }
        return ValueRange(
            bounds: .numbers(above: low, below: high),
            example: .number(example)
        )
    }

    /// The values that some leaves tell apart, each range one that they do not.
    static func ranges(of leaves: [ConditionLeaf], insteadOf current: SignalValue?) -> [ValueRange]
    {
        var numbers: Set<Decimal> = []
        var others: [SignalValue] = []
        for leaf in leaves {
            switch leaf.operand {
            case .number(let number), .value(.number(let number)): numbers.insert(number)
            case .value(let value): if !others.contains(value) { others.append(value) }
            case .none, .count: break
            }
        }
        var ranges = others.map { ValueRange.exactly($0) }
        if let current, let example = example(otherThan: others, like: current),
            others.contains(current)
        {
            // A boolean has one other.
            ranges.append(
                current.isBoolean
                    ? .exactly(example)
                    : ValueRange(bounds: .other(than: current), example: example)
            )
        }
        let points = numbers.sorted()
        ranges += points.map { .exactly(.number($0)) }
        guard let first = points.first, let last = points.last else { return ranges }
        ranges += [Self.numbers(above: nil, below: first), Self.numbers(above: last, below: nil)]
            .compactMap { $0 }
        ranges += zip(points, points.dropFirst()).compactMap { Self.numbers(above: $0, below: $1) }
        return ranges
    }

    private static func example(
        otherThan known: [SignalValue],
        like value: SignalValue
    ) -> SignalValue? {
        switch value {
        case .boolean(let boolean): return .boolean(!boolean)
        case .number: return nil
        case .string:
            // One more than there are known values, so one of them is new.
            let texts = (0...known.count).map { SignalValue.string(Text("other\($0)")) }
            return texts.first { !known.contains($0) }
        }
    }
}

extension SignalValue {
    fileprivate var isBoolean: Bool {
        if case .boolean = self { return true }
        return false
    }
}
