// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB
public import OutcomeDomain
public import OutcomesFeed
public import ProjectionKit

extension SQLiteOutcomesFeed: OutcomesFeedReader {
    /// One outcome, by the number of its stream.
    public func outcome(
        _ key: OutcomeKey,
        account: AccountID
    ) async throws(StoreError) -> OutcomeView? {
        guard let stream = try await store.streamNumber(of: key, account: account) else {
            return nil
        }
        return try await store.read { database in
            let statement = try BoundStatement(database, statements.selectOne)
            statement.bind(1, stream)
            let row = try statement.first {
                try OutcomesFeedStatements.outcome($0, account: account)
            }
            return try row.map { try Self.views(of: [$0], database) }?.first
        }
    }

    /// A page of outcomes, by the most selective index the filter allows.
    public func outcomes(
        of account: AccountID,
        filter: OutcomeFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<OutcomeView> {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return .empty
            }
            let statement = try statements.page(
                filter,
                account: number,
                after: cursor,
                database
            )
            let walk = try PageWalk(limit: limit).run(
                statement,
                passes: { OutcomesFeedStatements.passes($0, filter) },
                element: { try OutcomesFeedStatements.outcome($0, account: account) },
                cursor: { try OutcomesFeedStatements.cursor($0, account: account) }
            )
            return Page(
                elements: try Self.views(of: walk.elements, database),
                next: walk.next
            )
        }
    }

    /// Joins each row with its contract, of which a page holds few different ones.
    private static func views(
        of rows: [OutcomeRow],
        _ database: Database
    ) throws -> [OutcomeView] {
        let contracts = try ReadModelStatements.contracts(
            Set(rows.map(\.contractHash)),
            database
        )
        return try rows.map { row in
            guard let contract = contracts[row.contractHash] else {
                throw StoreError(.damaged, detail: "a contract is missing")
            }
            return OutcomeView(row: row, contract: contract)
        }
    }
}
