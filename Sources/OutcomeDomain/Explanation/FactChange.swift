// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What could have been otherwise about the applied signals of one action.
public struct FactChange: Hashable, Sendable {
    /// What is otherwise.
    public enum Kind: Hashable, Sendable {
        /// So many more signals before the window ended; the last carries a value of these, the
        /// others none.
        case added(Int, ValueRange?)
        /// The signal that brought the latest value had brought one of these.
        case value(ValueRange, insteadOf: SignalValue)
        /// So many of the latest signals had not come; `remaining` is how many still had.
        case absent(Int, remaining: Int)
    }

    /// The action.
    public let action: Action
    /// What is otherwise.
    public let kind: Kind
    /// How many signals of the action there were.
    public let count: Int

    /// How many signals are added, absent or different.
    public var cost: Int {
        switch kind {
        case .added(let count, _), .absent(let count, _): count
        case .value: 1
        }
    }

    /// For a changed value, how far it is from what it was; nil unless both are numbers.
    public var margin: WideDecimal? {
        guard case .value(let range, let before) = kind else { return nil }
        return range.margin(from: before)
    }

    /// What is smaller between changes of one cost: more signals without a value, then another
    /// value, then more signals with a value, then signals that had not come.
    var rank: Int {
        switch kind {
        case .added(_, nil): 0
        case .value: 1
        case .added: 2
        case .absent: 3
        }
    }
}

/// A change with what it makes of its action's tally.
struct FactChoice: Sendable {
    /// Nil for no change.
    let change: FactChange?
    let tally: ActionTally
    /// By leaf of the action, in the order of the condition, whether it would hold.
    let truth: [Bool]

    var cost: Int { change?.cost ?? 0 }
    var rank: Int { change?.rank ?? 0 }

    /// Whether this is the smaller one of two.
    func isSmaller(than other: FactChoice) -> Bool {
        if (cost, rank) != (other.cost, other.rank) {
            return (cost, rank) < (other.cost, other.rank)
        }
        guard let near = change?.margin else { return false }
        return other.change?.margin.map { near < $0 } ?? true
    }
}
