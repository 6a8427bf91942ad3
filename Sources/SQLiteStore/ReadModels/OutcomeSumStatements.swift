// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import OutcomesFeed

/// The statements of the sums over outcomes.
///
/// Amounts are added up in Swift: SQLite would make binary floats of them.
struct OutcomeSumStatements: Sendable {
    /// Stands for all time in the place of a day.
    static let allTime = -1

    let selectCount: String
    let setCount: String
    let selectAmount: String
    let setAmount: String
    let countsOfDays: String
    let amountsOfDays: String

    init() {
        let counts = ReadModelTables.outcomeCounts
        let amounts = ReadModelTables.outcomeAmounts
        selectCount = """
            SELECT outcomes FROM \(counts)
            WHERE account = ?1 AND day = ?2 AND agent = ?3 AND state = ?4
            """
        setCount = """
            INSERT INTO \(counts) (account, day, agent, state, outcomes)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET outcomes = excluded.outcomes
            """
        selectAmount = """
            SELECT outcomes, amount FROM \(amounts)
            WHERE account = ?1 AND kind = ?2 AND day = ?3 AND currency = ?4
            """
        setAmount = """
            INSERT INTO \(amounts) (account, kind, day, currency, outcomes, amount)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET outcomes = excluded.outcomes, amount = excluded.amount
            """
        countsOfDays = """
            SELECT day, agent, state, outcomes FROM \(counts)
            WHERE account = ?1 AND day BETWEEN ?2 AND ?3
            """
        amountsOfDays = """
            SELECT day, currency, outcomes, amount FROM \(amounts)
            WHERE account = ?1 AND kind = ?2 AND day BETWEEN ?3 AND ?4 AND outcomes > 0
            ORDER BY day, currency LIMIT ?5
            """
    }

    /// What reads; none of them may scan a table.
    var queries: [String] { [selectCount, selectAmount, countsOfDays, amountsOfDays] }
}

extension OutcomeSumStatements {
    // MARK: Writing

    /// Adds to the sums what a batch has changed.
    func save(_ changes: OutcomeSumChanges, _ database: Database) throws {
        let selectCount = try BoundStatement(database, selectCount)
        let setCount = try BoundStatement(database, setCount)
        for (place, more) in changes.counts where more != 0 {
            for statement in [selectCount, setCount] {
                statement.bind(1, place.account)
                statement.bind(2, place.day)
                statement.bind(3, place.agent)
                statement.bind(4, place.state.column)
            }
            let before = try selectCount.first { Int($0.integer(0)) } ?? 0
            setCount.bind(5, before + more)
            try setCount.run()
        }
        let selectAmount = try BoundStatement(database, selectAmount)
        let setAmount = try BoundStatement(database, setAmount)
        for (place, more) in changes.amounts where more != OutcomeSumChanges.Sum() {
            for statement in [selectAmount, setAmount] {
                statement.bind(1, place.account)
                statement.bind(2, place.kind.column)
                statement.bind(3, place.day)
                statement.bind(4, place.currency)
            }
            var sum = more
            try selectAmount.forEachRow { row in
                sum.add(Int(row.integer(0)), try row.wideDecimal(1))
                return false
            }
            setAmount.bind(5, sum.outcomes)
            setAmount.bind(6, sum.amount)
            try setAmount.run()
        }
    }

    // MARK: Reading

    /// Hands over the counts of days, those of all time under `allTime`.
    func forEachCount(
        of account: Int64,
        days: ClosedRange<Int>,
        _ database: Database,
        _ body: (_ day: Int, _ agent: Text, _ state: OutcomeState, _ count: Int) throws -> Void
    ) throws {
        let statement = try BoundStatement(database, countsOfDays)
        statement.bind(1, account)
        statement.bind(2, days.lowerBound)
        statement.bind(3, days.upperBound)
        try statement.forEachRow { row in
            try body(
                Int(row.integer(0)),
                row.text(1),
                OutcomeState(column: row.integer(2)),
                Int(row.integer(3))
            )
            return true
        }
    }

    func money(
        of account: Int64,
        _ kind: OutcomeMoneyKind,
        on days: ClosedRange<Int>,
        _ database: Database
    ) throws -> [OutcomeMoney] {
        let statement = try BoundStatement(database, amountsOfDays)
        statement.bind(1, account)
        statement.bind(2, kind.column)
        statement.bind(3, days.lowerBound)
        statement.bind(4, days.upperBound)
        statement.bind(5, OutcomeSumLimits.dayRows)
        return try statement.all { row in
            OutcomeMoney(
                day: Int(row.integer(0)),
                currency: try row.currency(1),
                outcomes: Int(row.integer(2)),
                amount: try row.wideDecimal(3)
            )
        }
    }
}

extension OutcomeMoneyKind {
    var column: Int64 {
        switch self {
        case .pending: 0
        case .confirmed: 1
        }
    }
}
