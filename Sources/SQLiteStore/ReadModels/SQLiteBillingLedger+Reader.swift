// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
public import EventStore
public import ExactValues
import GRDB
public import ProjectionKit

extension SQLiteBillingLedger: BillingLedgerReader {
    /// One posting by its id.
    public func posting(
        _ id: PostingID,
        account: AccountID
    ) async throws(StoreError) -> Posting? {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return nil
            }
            return try statements.posting(id, account: account, number: number, database)
        }
    }

    /// A page of postings, by the most selective index the filter allows.
    public func postings(
        of account: AccountID,
        filter: LedgerFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<Posting> {
        if filter.key != nil {
            // An outcome has one posting: there is nothing after a cursor.
            let only = cursor == nil ? try await onlyPosting(of: account, filter) : nil
            return Page(elements: only.map { [$0] } ?? [], next: nil)
        }
        return try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return .empty
            }
            let lines = try BoundStatement(database, statements.selectLines)
            return try PageWalk(limit: limit).run(
                try statements.page(filter, account: number, after: cursor, database),
                passes: { BillingLedgerStatements.passes($0, filter) },
                element: {
                    try BillingLedgerStatements.posting($0, account: account, lines: lines)
                },
                cursor: { try BillingLedgerStatements.cursor($0, account: account) }
            )
        }
    }

    /// The posting of the outcome that a filter names, if it passes the filter.
    func onlyPosting(
        of account: AccountID,
        _ filter: LedgerFilter
    ) async throws(StoreError) -> Posting? {
        guard let key = filter.key else { return nil }
        let id = PostingID(settlementOf: key, account: account)
        guard let found = try await posting(id, account: account), filter.passes(found) else {
            return nil
        }
        return found
    }

    /// A page of balances, from the sums as far as they go.
    public func balances(
        of account: AccountID,
        filter: LedgerFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> BalancesPage {
        if filter.key != nil {
            return BalancesPage(
                only: try await onlyPosting(of: account, filter),
                isFirst: cursor == nil
            )
        }
        let sums = sums
        return try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return BalancesPage(balances: [], totals: [], next: nil)
            }
            let walk = BalanceWalk(
                database: database,
                statements: sums,
                account: account,
                number: number,
                filter: filter
            )
            return try walk.page(limit: limit, after: cursor)
        }
    }
}

extension BalancesPage {
    /// The balances of one posting or none.
    fileprivate init(only posting: Posting?, isFirst: Bool) {
        let total = posting.map {
            CurrencyTotal(currency: $0.currency, receivable: $0.amount, postings: 1)
        }
        var balances: [Balance] = []
        if let posting, let total, isFirst {
            balances = [
                Balance(customer: posting.customer, agent: posting.agent, total: total)
            ]
        }
        self.init(balances: balances, totals: total.map { [$0] } ?? [], next: nil)
    }
}
