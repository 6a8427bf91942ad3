// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB
public import OutcomeDomain
public import OutcomesFeed

extension SQLiteOutcomesFeed: OutcomeSums {
    /// An account's outcomes by the day on which they opened and by state.
    public func outcomeCounts(
        of account: AccountID,
        agent: Slug?,
        openedOn days: ClosedRange<Int>
    ) async throws(StoreError) -> [Int: OutcomeCounts] {
        let sums = sums
        return try await store.read { database in
            var counts: [Int: OutcomeCounts] = [:]
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return counts
            }
            try sums.forEachCount(of: number, days: days, database) { day, name, state, count in
                guard agent.map({ $0.text == name }) ?? true, count > 0 else { return }
                counts[day, default: OutcomeCounts()].add(count, state)
            }
            return counts
        }
    }

    /// All of an account's outcomes by agent and state.
    public func outcomeCounts(
        of account: AccountID
    ) async throws(StoreError) -> [Slug: OutcomeCounts] {
        let sums = sums
        let days = OutcomeSumStatements.allTime...OutcomeSumStatements.allTime
        return try await store.read { database in
            var counts: [Slug: OutcomeCounts] = [:]
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return counts
            }
            try sums.forEachCount(of: number, days: days, database) { _, name, state, count in
                guard let agent = Slug(name) else {
                    throw StoreError(.damaged, detail: "a slug is none")
                }
                guard count > 0 else { return }
                counts[agent, default: OutcomeCounts()].add(count, state)
            }
            return counts
        }
    }

    /// Money by the day of its settlement and by currency.
    public func outcomeMoney(
        of account: AccountID,
        _ kind: OutcomeMoneyKind,
        on days: ClosedRange<Int>
    ) async throws(StoreError) -> [OutcomeMoney] {
        let sums = sums
        return try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return []
            }
            return try sums.money(of: number, kind, on: days, database)
        }
    }
}

extension SQLiteOutcomesFeed {
    /// Moves the sums by what a batch has changed.
    func saveSums(
        _ changes: Changes,
        accounts: [AccountID: Int64],
        _ database: Database
    ) throws {
        var moved = OutcomeSumChanges()
        for (_, row) in changes.inserts {
            guard let account = accounts[row.account] else { continue }
            let terms = OutcomeSumChanges.Terms(
                account: account,
                openedAt: row.openedAt,
                agent: row.agent.text,
                price: row.price,
                currency: Text(row.currency.code)
            )
            moved.replace(nil, by: OutcomeShare(row.progress), terms)
        }
        let select = try BoundStatement(database, statements.selectSummed)
        for (stream, before, after) in changes.shares {
            select.bind(1, stream)
            let terms = try select.first { row in
                OutcomeSumChanges.Terms(
                    account: row.integer(0),
                    openedAt: try row.timestamp(1),
                    agent: try row.text(2),
                    price: try row.decimal(3),
                    currency: try row.text(4)
                )
            }
            guard let terms else { throw StoreError(.damaged, detail: "an outcome is missing") }
            moved.replace(before, by: after, terms)
        }
        try sums.save(moved, database)
    }
}
