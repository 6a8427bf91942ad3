// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// How many outcomes would go from which state to which, and the money.
public struct SimulationTable: Hashable, Sendable {
    /// From a state to a state.
    public struct Move: Hashable, Sendable {
        /// As it is.
        public let from: OutcomeState
        /// As it would be.
        public let to: OutcomeState

        /// Names a move.
        public init(from: OutcomeState, to: OutcomeState) {
            self.from = from
            self.to = to
        }
    }

    /// Two sums in one currency.
    public struct Amounts: Hashable, Sendable {
        /// As it is.
        public var before = WideDecimal.zero
        /// As it would be.
        public var after = WideDecimal.zero
        /// What would be added; negative when there would be less.
        public var difference: WideDecimal { after - before }
    }

    /// The outcomes of one move.
    public struct Cell: Hashable, Sendable {
        /// How many.
        public internal(set) var outcomes = 0
        /// How many of them are changed: money may be, where the state is not.
        public internal(set) var changed = 0
        /// By currency; money of CONFIRMED and, as things stand, of PENDING.
        public internal(set) var amounts: [String: Amounts] = [:]
    }

    /// The money in one currency.
    public struct Total: Hashable, Sendable {
        /// Of CONFIRMED outcomes.
        public internal(set) var confirmed = Amounts()
        /// What PENDING outcomes would be billed if their windows ended as things stand.
        public internal(set) var pending = Amounts()
    }

    /// By move; only those that there are.
    public private(set) var cells: [Move: Cell] = [:]
    /// By currency.
    public private(set) var totals: [String: Total] = [:]
    /// How many outcomes were compared.
    public private(set) var outcomes = 0
    /// How many of them would be others.
    public private(set) var changed = 0

    /// Nothing compared yet.
    public init() {}

    /// Counts one outcome.
    public mutating func count(_ comparison: SimulatedComparison) {
        let isChanged = comparison.isChanged
        outcomes += 1
        changed += isChanged ? 1 : 0
        let move = Move(from: comparison.before.state, to: comparison.after.state)
        var cell = cells[move] ?? Cell()
        cell.outcomes += 1
        cell.changed += isChanged ? 1 : 0
        add(comparison.before, \.before, to: &cell)
        add(comparison.after, \.after, to: &cell)
        cells[move] = cell
    }

    private mutating func add(
        _ standing: OutcomeStanding,
        _ side: WritableKeyPath<Amounts, WideDecimal>,
        to cell: inout Cell
    ) {
        guard let charge = standing.charge else { return }
        let currency = charge.currency.code
        cell.amounts[currency, default: Amounts()][keyPath: side] += charge.amount
        if standing.state == .confirmed {
            totals[currency, default: Total()].confirmed[keyPath: side] += charge.amount
        } else {
            totals[currency, default: Total()].pending[keyPath: side] += charge.amount
        }
    }
}
