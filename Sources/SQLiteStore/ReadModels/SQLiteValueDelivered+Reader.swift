// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB
public import ProjectionKit
public import ValueDelivered

extension SQLiteValueDelivered: ValueDeliveredReader {
    /// A page of records, by the index of the user or of the account.
    public func values(
        of account: AccountID,
        user: Int64?,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<ValueRecord> {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return .empty
            }
            return try PageWalk(limit: limit).run(
                try statements.page(of: number, user: user, after: cursor, database),
                passes: { _ in true },
                element: { try ValueDeliveredStatements.record($0, account: account) },
                cursor: { try ValueDeliveredStatements.cursor($0, account: account) }
            )
        }
    }

    /// One record by its id.
    public func value(
        _ eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> ValueRecord? {
        try await store.read { database in
            let number = try ReadModelStatements.number(of: account, database)
            let statement = try BoundStatement(database, statements.select)
            statement.bind(1, eventID)
            let found = try statement.first { row in
                (try ValueDeliveredStatements.record(row, account: account), row.integer(1))
            }
            guard let found, found.1 == number else { return nil }
            return found.0
        }
    }

    /// Sums that are kept; nothing is added up here.
    public func monthTotals(
        of account: AccountID,
        user: Int64?,
        in months: ClosedRange<Month>
    ) async throws(StoreError) -> [ValueMonthTotal] {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return []
            }
            let owner = ValueSums.Owner(account: number, user: user)
            return try statements.totals.months(of: owner, in: months, database)
        }
    }

    /// Sums that are kept; nothing is added up here.
    public func agentTotals(
        of account: AccountID,
        user: Int64?,
        in month: Month,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<ValueAgentTotal> {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return .empty
            }
            let owner = ValueSums.Owner(account: number, user: user)
            return try PageWalk(limit: limit).run(
                try statements.totals.agents(of: owner, in: month, after: cursor, database),
                passes: { _ in true },
                element: { try ValueTotalStatements.agent($0, month: month) },
                cursor: { ValueTotalStatements.cursor($0, account: account) }
            )
        }
    }
}
