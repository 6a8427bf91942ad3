// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import DeadLetters
import EventStore
import ExactValues
import OutcomeDomain
import OutcomesFeed
import ProjectionKit
import SQLiteStore
import ValueDelivered

/// Everything that can be read of an account.
struct Snapshot: Equatable {
    var outcomes: [OutcomeView] = []
    var postings: [Posting] = []
    var balances: [Balance] = []
    var totals: [CurrencyTotal] = []
    var deadLetters: [DeadLetter] = []
    var counts: [DeadLetterCode: Int] = [:]
    var values: [ValueRecord] = []
    var valueMonths: [ValueMonthTotal] = []
    var valueAgents: [ValueAgentTotal] = []

    init(of store: SQLiteStore, account: AccountID, limit: Int = 500) async throws {
        outcomes = try await store.views.outcomesFeed.all(of: account, limit: limit)
        postings = try await store.views.billingLedger.all(of: account, limit: limit)
        let page = try await store.views.billingLedger.balances(
            of: account,
            filter: LedgerFilter(),
            limit: limit,
            after: nil
        )
        balances = page.balances
        totals = page.totals
        deadLetters = try await store.views.deadLetters.all(of: account, limit: limit)
        counts = try await store.views.deadLetters.deadLetterCounts(of: account)
        let delivered = store.views.valueDelivered
        for user in [nil, 7] as [Int64?] {
            values += try await delivered.all(of: account, user: user, limit: limit)
            valueMonths += try await delivered.monthTotals(
                of: account,
                user: user,
                in: ValueMonth(of: .earliest)...ValueMonth(of: instant(40_000_000))
            )
            valueAgents += try await delivered.agentTotals(
                of: account,
                user: user,
                in: ValueMonth(of: instant(0)),
                limit: limit,
                after: nil
            ).elements
        }
    }
}

extension SQLiteOutcomesFeed {
    func all(
        of account: AccountID,
        _ filter: OutcomeFilter = OutcomeFilter(),
        limit: Int = 500
    ) async throws -> [OutcomeView] {
        try await everything { cursor throws(StoreError) in
            try await outcomes(of: account, filter: filter, limit: limit, after: cursor)
        }
    }
}

extension SQLiteBillingLedger {
    func all(
        of account: AccountID,
        _ filter: LedgerFilter = LedgerFilter(),
        limit: Int = 500
    ) async throws -> [Posting] {
        try await everything { cursor throws(StoreError) in
            try await postings(of: account, filter: filter, limit: limit, after: cursor)
        }
    }
}

extension SQLiteDeadLetters {
    func all(
        of account: AccountID,
        _ filter: DeadLetterFilter = DeadLetterFilter(),
        limit: Int = 500
    ) async throws -> [DeadLetter] {
        try await everything { cursor throws(StoreError) in
            try await deadLetters(of: account, filter: filter, limit: limit, after: cursor)
        }
    }
}

extension SQLiteValueDelivered {
    func all(
        of account: AccountID,
        user: Int64? = nil,
        limit: Int = 500
    ) async throws -> [ValueRecord] {
        try await everything { cursor throws(StoreError) in
            try await values(of: account, user: user, limit: limit, after: cursor)
        }
    }
}

/// Page after page, with each cursor once through its text.
private func everything<Element>(
    _ page: (PageCursor?) async throws(StoreError) -> Page<Element>
) async throws -> [Element] {
    var elements: [Element] = []
    var cursor: PageCursor?
    repeat {
        let next = try await page(cursor)
        elements += next.elements
        cursor = try next.next.map {
            try PageCursor(decoding: $0.text, list: $0.list, account: $0.account)
        }
    } while cursor != nil
    return elements
}
