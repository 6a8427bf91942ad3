// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("The ledger in SQLite")
struct SQLiteBillingLedgerTests {
    private let day = 86_400

    private func ledger(_ journal: Journal) async throws -> (StoreFixture, SQLiteBillingLedger) {
        let fixture = try await StoreFixture.holding(journal)
        try await fixture.apply(journal.facts, to: [fixture.store.views.billingLedger], batch: 10)
        return (fixture, fixture.store.views.billingLedger)
    }

    /// Confirmed outcomes of several customers and agents over some days, with odd amounts.
    private var traffic: Journal {
        var journal = Journal()
        for number in 0..<80 {
            let outcome = Text("outcome-\(number)")
            let payer: Text = number.isMultiple(of: 9) ? "c-yen" : Text("c\(number % 4)")
            journal.signal(
                outcome,
                at: number * 9_000,
                customer: payer,
                agent: number.isMultiple(of: 3) ? "mage" : "bot",
                attribution: "10000000000000\(number).12345678901234\(number)1"
            )
            journal.settle(outcome, through: number * 9_000 + 200)
        }
        return journal
    }

    @Test("all lines of all postings add up to zero, exactly")
    func zero() async throws {
        let (fixture, ledger) = try await ledger(traffic)
        defer { fixture.remove() }
        let postings = try await ledger.all(of: account(), limit: 7)
        #expect(postings.count == 80)
        var sums: [Text: WideDecimal] = [:]
        for posting in postings {
            for line in posting.lines {
                sums[Text(posting.currency.code), default: .zero] += line.amount
            }
        }
        #expect(sums.count == 2)
        #expect(sums.values.allSatisfy { $0.isZero })
    }

    @Test("postings read what was folded, newest first")
    func postings() async throws {
        let journal = traffic
        let (fixture, ledger) = try await ledger(journal)
        defer { fixture.remove() }
        var expected: [Posting] = []
        var terms: [StreamID: BillingTerms] = [:]
        for fact in journal.outcomeFacts {
            if let posting = try BillingTerms.fold(&terms[fact.stream], fact) {
                expected.append(posting)
            }
        }
        expected.sort { ($0.recordedAt, $0.id) > ($1.recordedAt, $1.id) }
        #expect(try await ledger.all(of: account(), limit: 9) == expected)
        let one = try #require(expected.first)
        #expect(try await ledger.posting(one.id, account: account()) == one)
        #expect(try await ledger.posting(one.id, account: account("acct_beta")) == nil)
    }

    private var filters: [LedgerFilter] {
        var filters: [LedgerFilter] = []
        let times: [(Timestamp?, Timestamp?)] = [
            (nil, nil), (instant(day), instant(4 * day)),
            (instant(day + 5_000), instant(6 * day + 11)),
            (instant(3 * day + 1), instant(3 * day + 40_000)), (instant(2 * day + 7), nil),
            (nil, instant(5 * day - 3)), (instant(99), instant(3)),
        ]
        for payer in [nil, customer("c1"), customer("c-yen"), customer("c-none")] {
            for agent in [nil, slug("mage"), slug("none")] {
                for (from, to) in times {
                    filters.append(
                        LedgerFilter(customer: payer, agent: agent, from: from, to: to)
                    )
                }
            }
        }
        filters.append(LedgerFilter(key: key("outcome-3")))
        filters.append(LedgerFilter(customer: customer("c1"), key: key("outcome-3")))
        filters.append(LedgerFilter(key: key("outcome-none")))
        return filters
    }

    @Test("filters and their combinations find exactly what matches")
    func filtered() async throws {
        let (fixture, ledger) = try await ledger(traffic)
        defer { fixture.remove() }
        let all = try await ledger.all(of: account())
        for filter in filters {
            let expected = all.filter(filter.passes)
            #expect(try await ledger.all(of: account(), filter, limit: 5) == expected)
        }
    }

    @Test("balances are the sums of the postings, page by page, whatever the period")
    func balances() async throws {
        let (fixture, ledger) = try await ledger(traffic)
        defer { fixture.remove() }
        let all = try await ledger.all(of: account())
        for filter in filters {
            let postings = all.filter(filter.passes)
            let page = try await ledger.balances(
                of: account(),
                filter: filter,
                limit: 500,
                after: nil
            )
            var sums: [[Text]: (WideDecimal, Int)] = [:]
            var totals: [Text: (WideDecimal, Int)] = [:]
            for posting in postings {
                let code = Text(posting.currency.code)
                let place = [posting.customer.text, posting.agent.text, code]
                sums[place, default: (.zero, 0)].0 += posting.amount
                sums[place, default: (.zero, 0)].1 += 1
                totals[code, default: (.zero, 0)].0 += posting.amount
                totals[code, default: (.zero, 0)].1 += 1
            }
            #expect(page.balances.count == sums.count)
            for balance in page.balances {
                let place = [
                    balance.customer.text, balance.agent.text, Text(balance.total.currency.code),
                ]
                #expect(sums[place]?.0 == balance.total.receivable)
                #expect(sums[place]?.1 == balance.total.postings)
                #expect(balance.total.revenue == -balance.total.receivable)
            }
            #expect(page.totals.count == totals.count)
            for total in page.totals {
                #expect(totals[Text(total.currency.code)]?.0 == total.receivable)
                #expect(totals[Text(total.currency.code)]?.1 == total.postings)
            }
            #expect(try await paged(ledger, filter, limit: 2) == page.balances)
        }
    }

    private func paged(
        _ ledger: SQLiteBillingLedger,
        _ filter: LedgerFilter,
        limit: Int
    ) async throws -> [Balance] {
        var balances: [Balance] = []
        var cursor: PageCursor?
        repeat {
            let page = try await ledger.balances(
                of: account(),
                filter: filter,
                limit: limit,
                after: cursor
            )
            balances += page.balances
            cursor = page.next
        } while cursor != nil
        return balances
    }

    @Test("the database refuses to change or delete a posting or a line")
    func triggers() async throws {
        let (fixture, _) = try await ledger(traffic)
        for change in [
            "UPDATE ledger_postings SET amount = '0'", "DELETE FROM ledger_postings",
            "UPDATE ledger_lines SET amount = '0'", "DELETE FROM ledger_lines",
        ] {
            let error = await #expect(throws: StoreError.self) {
                try await fixture.rows(of: .ledger).write { try $0.execute(sql: change) }
            }
            #expect(error?.detail.contains("append-only") == true)
        }
    }

    @Test("an outcome is booked once: the same again is passed over, another amount is refused")
    func once() async throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 500)
        let (fixture, ledger) = try await ledger(journal)
        defer { fixture.remove() }
        let before = try await ledger.all(of: account())
        // The ledger is made to forget how far it has got, and what it keeps of open outcomes.
        try await fixture.rows(of: .ledger).write {
            try $0.execute(sql: "DELETE FROM checkpoints")
        }
        try await ledger.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        #expect(try await ledger.all(of: account()) == before)

        var other = Journal()
        other.signal("outcome-1", at: 10, attribution: "2")
        other.settle("outcome-1", through: 500)
        try await fixture.rows(of: .ledger).write {
            try $0.execute(sql: "DELETE FROM checkpoints")
        }
        let failing = try #require(other.facts.last)
        await #expect(
            throws: ReadModelError.failure(
                ProjectionFailure(failing, "the outcome is booked already, otherwise")
            )
        ) {
            try await ledger.apply(other.facts, checkpoints: other.facts.checkpoints)
        }
        #expect(try await ledger.all(of: account()) == before)
    }
}
