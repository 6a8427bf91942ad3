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
        /// Texts other than these; neither numbers nor booleans. One of these is there.
        case text(otherThan: [Text])
    }

    /// Which values they are.
    public let bounds: Bounds
    /// One of them.
    public let example: SignalValue

    /// Whether a value is one of them.
    public func contains(_ value: SignalValue) -> Bool {
        switch bounds {
        case .exactly(let exact): return value == exact
        case .text(let others):
            guard case .string(let text) = value else { return false }
            return !others.contains(text)
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
            case .exactly, .text: nil
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
        var texts: [Text] = []
        var others: [SignalValue] = []
        for leaf in leaves {
            switch leaf.operand {
            case .number(let number), .value(.number(let number)): numbers.insert(number)
            case .value(let value):
                guard !others.contains(value) else { continue }
                others.append(value)
                if case .string(let text) = value { texts.append(text) }
            case .none, .count: break
            }
        }
        var ranges = others.map { ValueRange.exactly($0) }
        switch current {
        case .boolean(let boolean)? where others.contains(.boolean(boolean)):
            // A boolean has one other.
            ranges.append(.exactly(.boolean(!boolean)))
        case .string(let text)? where texts.contains(text):
            if let other = Self.text(otherThan: texts) { ranges.append(other) }
        case .boolean, .string, .number, nil:
            break
        }
        let points = numbers.sorted()
        ranges += points.map { .exactly(.number($0)) }
        guard let first = points.first, let last = points.last else { return ranges }
        ranges += [Self.numbers(above: nil, below: first), Self.numbers(above: last, below: nil)]
            .compactMap { $0 }
        ranges += zip(points, points.dropFirst()).compactMap { Self.numbers(above: $0, below: $1) }
        return ranges
    }

    /// Every text that no leaf names does the same to all of them.
    private static func text(otherThan named: [Text]) -> ValueRange? {
        // One more than there are named ones, so one of them is new.
        let new = (0...named.count).lazy.map { Text("other\($0)") }.first { !named.contains($0) }
        return new.map {
            ValueRange(bounds: .text(otherThan: named), example: .string($0))
        }
    }
}
