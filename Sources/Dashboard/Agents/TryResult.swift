// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import OutcomeDomain
import Simulation
import TrafficStudy

/// What a contract would have made of outcomes there have been.
struct TryResult: Sendable {
    /// The outcomes that were in one state.
    struct Row: Sendable {
        let from: String
        let cells: [Cell]
    }

    /// How many of them would be in another.
    struct Cell: Sendable {
        let to: String
        /// Nil when there are none.
        let outcomes: Int?
        let isSame: Bool
        let money: [String]
    }

    /// The money in one currency.
    struct Total: Sendable {
        let what: String
        let currency: String
        let before: String
        let after: String
        let difference: String
    }

    /// An outcome that would be another.
    struct Change: Sendable {
        let key: String
        let path: String
        let customer: String
        let before: String
        let beforeState: String
        let after: String
        let afterState: String
        let beforeMoney: String
        let afterMoney: String
        let explanation: String
    }

    let outcomes: Int
    let changed: Int
    let hasMore: Bool
    let asOf: Instant
    let states: [String]
    let rows: [Row]
    let totals: [Total]
    let changes: [Change]
    let hasChanges: Bool
    /// How many of the changed ones are not told one by one.
    let untold: Int
    let isUntold: Bool

    init(_ result: SimulationResult) {
        let table = result.table
        outcomes = table.outcomes
        changed = table.changed
        hasMore = result.hasMore
        asOf = Instant(result.position.now)
        states = OutcomeState.allCases.map(\.rawValue)
        rows = OutcomeState.allCases.map { from in
            Row(
                from: from.rawValue,
                cells: OutcomeState.allCases.map { to in
                    Cell(table.cells[SimulationTable.Move(from: from, to: to)], from, to)
                }
            )
        }
        totals = table.totals.sorted { $0.key < $1.key }.flatMap { currency, total in
            [
                Total("Confirmed", currency, total.confirmed),
                Total("Pending", currency, total.pending),
            ]
        }
        changes = result.changes.map(Change.init)
        hasChanges = !changes.isEmpty
        untold = max(0, table.changed - result.changes.count)
        isUntold = untold > 0
    }
}

extension TryResult.Cell {
    init(_ cell: SimulationTable.Cell?, _ from: OutcomeState, _ to: OutcomeState) {
        self.to = to.rawValue
        outcomes = cell?.outcomes
        isSame = from == to
        money = (cell?.amounts ?? [:]).sorted { $0.key < $1.key }
            .filter { !$0.value.difference.isZero }
            .map { "\(TryResult.signed($0.value.difference, $0.key)) \($0.key)" }
    }
}

extension TryResult.Total {
    init(_ what: String, _ currency: String, _ amounts: SimulationTable.Amounts) {
        self.what = what
        self.currency = currency
        before = Money.digits(amounts.before, Currency(currency))
        after = Money.digits(amounts.after, Currency(currency))
        difference = TryResult.signed(amounts.difference, currency)
    }
}

extension TryResult.Change {
    init(_ change: SimulationResult.Change) {
        let comparison = change.comparison
        key = change.key.text.string
        path = OutcomeLine.path(of: change.key)
        customer = comparison.customer.text.string
        before = Self.words(comparison.before)
        beforeState = comparison.before.state.rawValue
        after = Self.words(comparison.after)
        afterState = comparison.after.state.rawValue
        beforeMoney = Self.money(comparison.before)
        afterMoney = Self.money(comparison.after)
        explanation = comparison.explanation
    }

    private static func words(_ standing: OutcomeStanding) -> String {
        guard let scheduled = standing.scheduledResolution else { return standing.state.rawValue }
        return "\(standing.state.rawValue), to be \(scheduled.rawValue)"
    }

    private static func money(_ standing: OutcomeStanding) -> String {
        standing.charge.map { Money.text($0.amount, $0.currency) } ?? "none"
    }
}

extension TryResult {
    /// With a plus where something is added.
    static func signed(_ amount: WideDecimal, _ currency: String) -> String {
        (amount.isNegative || amount.isZero ? "" : "+") + Money.digits(amount, Currency(currency))
    }
}
