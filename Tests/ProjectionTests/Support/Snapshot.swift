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
    var sums = SumsSnapshot()

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
                in: Month(of: .earliest)...Month(of: instant(40_000_000))
            )
            valueAgents += try await delivered.agentTotals(
                of: account,
                user: user,
                in: Month(of: instant(0)),
                limit: limit,
                after: nil
            ).elements
        }
        sums = try await SumsSnapshot(of: store.views.outcomesFeed, account: account)
    }
}

/// The sums over an account's outcomes.
struct SumsSnapshot: Equatable {
    private static let days = 0...100_000

    var daily: [Int: OutcomeCounts] = [:]
    var ever: [Slug: OutcomeCounts] = [:]
    var pending: [OutcomeMoney] = []
    var confirmed: [OutcomeMoney] = []

    init() {}

    init(of feed: SQLiteOutcomesFeed, account: AccountID) async throws {
        daily = try await feed.outcomeCounts(of: account, agent: nil, openedOn: Self.days)
        ever = try await feed.outcomeCounts(of: account)
        pending = try await feed.outcomeMoney(of: account, .pending, on: Self.days)
        confirmed = try await feed.outcomeMoney(of: account, .confirmed, on: Self.days)
    }

    /// What the rows themselves give.
    init(counting rows: [OutcomeRow]) {
        for row in rows {
            let state = row.progress.state
            daily[row.openedAt.utcDay, default: OutcomeCounts()].add(1, state)
            ever[row.agent, default: OutcomeCounts()].add(1, state)
            let price = WideDecimal(row.price)
            if state == .pending, row.progress.scheduledResolution == .confirmed {
                let amount = price * row.progress.attribution.quantity
                Self.add(row, row.progress.settlesAt.utcDay, amount, to: &pending)
            }
            if let amount = row.progress.amount, let settledAt = row.progress.settledAt {
                Self.add(row, settledAt.utcDay, amount, to: &confirmed)
            }
        }
    }

    private static func add(
        _ row: OutcomeRow,
        _ day: Int,
        _ amount: WideDecimal,
        to sums: inout [OutcomeMoney]
    ) {
        let before = sums.first { $0.day == day && $0.currency == row.currency }
        sums.removeAll { $0.day == day && $0.currency == row.currency }
        sums.append(
            OutcomeMoney(
                day: day,
                currency: row.currency,
                outcomes: (before?.outcomes ?? 0) + 1,
                amount: (before?.amount ?? .zero) + amount
            )
        )
        sums.sort { ($0.day, $0.currency.code) < ($1.day, $1.currency.code) }
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
