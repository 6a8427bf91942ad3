// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// What can have become of one action, told apart only as far as a condition's leaves do.
///
/// Counts go from 0 up, and there is a value only after a signal. Between two bounds that leaves
/// name all counts, and all numbers, do the same to every leaf, so one of each stands for all.
struct FactSpace {
    /// More tallies than this are not looked at; then nothing is claimed of the action's leaves.
    static let limitTallies = 2_048
    /// More pairs of tallies than this are not looked at either.
    static let limitPairs = 65_536

    private let tests: [LeafTest]
    private let counts: [Int]
    private let values: [SignalValue]

    /// `leaves`: Those that ask about the action; nil when they tell too many tallies apart.
    init?(_ leaves: [ConditionLeaf]) {
        tests = leaves.map { LeafTest($0) }
        counts = Self.counts(leaves)
        values = Self.values(leaves)
        guard counts.count * (values.count + 1) <= Self.limitTallies else { return nil }
    }

    private static func counts(_ leaves: [ConditionLeaf]) -> [Int] {
        var counts: Set<Int> = [0, 1]
        for leaf in leaves {
            guard case .count(let operand) = leaf.operand else { continue }
            // An integer of at most 18 digits, so that the next one fits.
            let bound = operand.intValue ?? .max - 1
            counts.formUnion([max(0, bound - 1), bound, bound + 1])
        }
        return counts.sorted()
    }

    private static func values(_ leaves: [ConditionLeaf]) -> [SignalValue] {
        var numbers: Set<Decimal> = []
        var texts: Set<Text> = []
        for leaf in leaves {
            switch leaf.operand {
            case .number(let number), .value(.number(let number)): numbers.insert(number)
            case .value(.string(let text)): texts.insert(text)
            case .value(.boolean), .none, .count: break
            }
        }
        let points = numbers.sorted()
        var found = points.map { SignalValue.number($0) }
        let bounds = points.map { Decimal?.some($0) }
        for (low, high) in zip([nil] + bounds, bounds + [nil]) {
            if let between = Decimal.between(low, high) { found.append(.number(between)) }
        }
        found += texts.sorted().map { SignalValue.string($0) }
        // One more than there are named ones, so one of them is new.
        let other = (0...texts.count).lazy.map { Text("other\($0)") }.first { !texts.contains($0) }
        if let other { found.append(.string(other)) }
        return found + [.boolean(false), .boolean(true)]
    }

    private var tallies: [ActionTally] {
        counts.flatMap { count in
            let none = ActionTally(count: count, latestValue: nil)
            guard count > 0 else { return [none] }
            return [none] + values.map { ActionTally(count: count, latestValue: $0) }
        }
    }

    private func truth(_ tally: ActionTally) -> [Bool] { tests.map { $0.holds(tally) } }

    /// What the leaves can be together: each entry the truth of all of them.
    var truths: [[Bool]] { tallies.map(truth).uniqued }

    /// What the leaves can be now and at some later time: each entry the truth of all of them now,
    /// then of all of them later; nil when there are too many.
    ///
    /// A count never falls, and a value may be replaced but does not go away.
    var pairs: [[Bool]]? {
        let states = tallies.map { tally in
            State(count: tally.count, hasValue: tally.latestValue != nil, truth: truth(tally))
        }.uniqued
        guard states.count * states.count <= Self.limitPairs else { return nil }
        var pairs: [[Bool]] = []
        for now in states {
            for later in states where now.canBecome(later, top: counts.last ?? 0) {
                pairs.append(now.truth + later.truth)
            }
        }
        return pairs.uniqued
    }

    /// All tallies that are the same to the leaves, and for what can follow.
    private struct State: Hashable {
        let count: Int
        let hasValue: Bool
        let truth: [Bool]

        /// Another value takes another signal.
        ///
        /// Only the highest count stands for those above it, too;
        /// of any other range both ends are among the counts.
        func canBecome(_ later: State, top: Int) -> Bool {
            guard self != later else { return true }
            guard count < later.count || count == top && later.count == top else { return false }
            return !hasValue || later.hasValue
        }
    }
}

extension Array where Element: Hashable {
    fileprivate var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
