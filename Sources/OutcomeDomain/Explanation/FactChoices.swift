// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Every change of one action's signals that some leaf could tell, the smallest first.
struct FactChoices: Sendable {
    /// At most so many are looked at for each action.
    static let limitChoices = 512

    private(set) var choices: [FactChoice] = []

    /// `leaves`: Those of the condition that ask about the action.
    ///
    /// `addsValues`: Whether a signal can still come after them, so that its value is the latest.
    ///
    /// `latestValue`: The latest value that the first so many signals of the action had brought.
    init(
        action: Action,
        leaves: [ConditionLeaf],
        tally: ActionTally,
        addsValues: Bool,
        latestValue: (Int) -> SignalValue?
    ) {
        let tests = leaves.map { LeafTest($0) }
        func add(_ kind: FactChange.Kind?, count: Int, value: SignalValue?) {
            guard choices.count < Self.limitChoices else { return }
            let changed = ActionTally(count: count, latestValue: value)
            choices.append(
                FactChoice(
                    change: kind.map { FactChange(action: action, kind: $0, count: tally.count) },
                    tally: changed,
                    truth: tests.map { $0.holds(changed) }
                )
            )
        }
        add(nil, count: tally.count, value: tally.latestValue)
        let ranges = ValueRange.ranges(of: leaves, insteadOf: tally.latestValue)
        let counts = Self.counts(of: leaves, beside: tally.count)
            .filter { $0 - tally.count <= OutcomeTrail.signalLimit }
        if let value = tally.latestValue {
            for range in ranges {
                add(.value(range, insteadOf: value), count: tally.count, value: range.example)
            }
        }
        for count in counts where count > tally.count {
            add(.added(count - tally.count, nil), count: count, value: tally.latestValue)
        }
        for count in counts where count < tally.count {
            let absent = tally.count - count
            add(.absent(absent, remaining: count), count: count, value: latestValue(count))
        }
        if addsValues {
            for count in counts where count > tally.count {
                for range in ranges {
                    add(.added(count - tally.count, range), count: count, value: range.example)
                }
            }
        }
        choices.sort { $0.isSmaller(than: $1) }
    }

    /// The counts at which some leaf may turn, and the nearest ones: in order of distance.
    private static func counts(of leaves: [ConditionLeaf], beside count: Int) -> [Int] {
        var counts: Set<Int> = [0, count + 1, max(0, count - 1)]
        for leaf in leaves {
            guard case .count(let operand) = leaf.operand, let bound = operand.intValue,
                bound < Int(Int32.max)
            else { continue }
            counts.formUnion([max(0, bound - 1), bound, bound + 1])
        }
        return counts.subtracting([count]).sorted {
            (($0 - count).magnitude, $0) < (($1 - count).magnitude, $1)
        }
    }
}
