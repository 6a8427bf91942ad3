// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A leaf's question with the operator taken apart, asked of one action's tally (SPEC 5).
package struct LeafTest: Hashable, Sendable {
    private enum Question: Hashable, Sendable {
        case seen
        case count(Relation, Int)
        case match(SignalValue)
        case compare(Relation, Decimal)
    }

    private enum Relation: Hashable, Sendable {
        case atLeast
        case atMost
        case above
        case below
        case equal

        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .atLeast: left >= right
            case .atMost: left <= right
            case .above: left > right
            case .below: left < right
            case .equal: left == right
            }
        }
    }

    private let question: Question
    /// What the answer must be for the leaf to hold.
    private let expected: Bool

    package init(_ leaf: ConditionLeaf) {
        question = Self.question(of: leaf)
        switch leaf.operator {
        case .notSeen, .notGte, .notLte, .notGt, .notLt: expected = false
        default: expected = true
        }
    }

    private static func question(of leaf: ConditionLeaf) -> Question {
        switch leaf.operand {
        case .none: .seen
        // A leaf's count is an integer of at most 18 digits.
        case .count(let count): .count(relation(of: leaf.operator), count.intValue ?? .max)
        case .number(let number): .compare(relation(of: leaf.operator), number)
        case .value(let value): .match(value)
        }
    }

    private static func relation(of found: ConditionOperator) -> Relation {
        switch found {
        case .countGte, .gte, .notGte: .atLeast
        case .countLte, .lte, .notLte: .atMost
        case .countGt, .gt, .notGt: .above
        case .countLt, .lt, .notLt: .below
        case .countEq, .seen, .notSeen, .match: .equal
        }
    }

    /// Whether the leaf holds of the signals so far; always true or false.
    package func holds(_ tally: ActionTally) -> Bool { answer(tally) == expected }

    private func answer(_ tally: ActionTally) -> Bool {
        switch question {
        case .seen:
            return tally.count > 0
        case .count(let relation, let count):
            return relation.holds(tally.count, count)
        case .match(let value):
            return tally.latestValue == value
        case .compare(let relation, let number):
            guard case .number(let latest) = tally.latestValue else { return false }
            return relation.holds(latest, number)
        }
    }

    /// The number of the signal that decided the answer; nil when none did.
    func decider(_ tally: ActionTally) -> Int? {
        switch question {
        case .seen, .count: tally.lastSignal
        case .match, .compare: tally.latestValueSignal
        }
    }
}
