// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomesFeed
import ProjectionKit
import SQLiteStore
import Testing

@Suite("Reading the outcomes feed")
struct SQLiteOutcomesFeedTests {
    private let journal = Journal.mixed()

    private func feed(_ journal: Journal) async throws -> (StoreFixture, SQLiteOutcomesFeed) {
        let fixture = try await StoreFixture.holding(journal)
        let feed = fixture.store.views.outcomesFeed
        try await feed.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        return (fixture, feed)
    }

    @Test("one outcome reads what was folded, with its contract")
    func one() async throws {
        let (fixture, feed) = try await feed(journal)
        defer { fixture.remove() }
        let view = try #require(
            try await feed.outcome(key("outcome-1"), account: account())
        )
        var row: OutcomeRow?
        for fact in journal.outcomeFacts where fact.stream.key == "outcome-1" {
            row = try OutcomeRow.fold(row, fact)
        }
        #expect(view.row == row)
        #expect(view.contract == contract.canonicalBytes)
        #expect(try await feed.outcome(key("outcome-1"), account: account("acct_beta")) == nil)
        #expect(try await feed.outcome(key("outcome-5"), account: account()) == nil)
        #expect(try await feed.outcome(key("never-seen"), account: account()) == nil)
    }

    @Test("keys that differ only in normalisation are two outcomes")
    func normalisation() async throws {
        var journal = Journal()
        journal.signal("caf\u{e9}-outcome", at: 1)
        journal.signal("cafe\u{301}-outcome", at: 1)
        let (fixture, feed) = try await feed(journal)
        defer { fixture.remove() }
        #expect(try await feed.all(of: account()).count == 2)
        let view = try await feed.outcome(key("cafe\u{301}-outcome"), account: account())
        #expect(view?.row.key == key("cafe\u{301}-outcome"))
    }

    @Test("pages of any size make the same list, newest first and then by the key's bytes")
    func pages() async throws {
        var journal = journal
        for number in 0..<5 { journal.signal(Text("same-time-\(number)"), at: 77) }
        let (fixture, feed) = try await feed(journal)
        defer { fixture.remove() }
        let all = try await feed.all(of: account())
        for limit in [1, 2, 7, 50] {
            #expect(try await feed.all(of: account(), limit: limit) == all)
        }
        let places = all.map { ($0.row.openedAt, $0.row.key) }
        for (before, after) in zip(places, places.dropFirst()) {
            #expect(before > after)
        }
    }

    @Test("filters and their combinations find exactly what matches")
    func filters() async throws {
        let (fixture, feed) = try await feed(journal)
        defer { fixture.remove() }
        let all = try await feed.all(of: account())
        var filters: [OutcomeFilter] = []
        for state in [nil, OutcomeState.confirmed, .missed] {
            for agent in [nil, slug("bot"), slug("other")] {
                for payer in [nil, customer("c1")] {
                    for time in [nil, instant(900_000)] {
                        filters.append(
                            OutcomeFilter(
                                state: state,
                                agent: agent,
                                customer: payer,
                                updatedAfter: time,
                                updatedBefore: time?.adding(seconds: 700_000)
                            )
                        )
                    }
                }
            }
        }
        for filter in filters {
            let expected = all.filter { view in
                (filter.state ?? view.row.progress.state) == view.row.progress.state
                    && (filter.agent ?? view.row.agent) == view.row.agent
                    && (filter.customer ?? view.row.customer) == view.row.customer
                    && (filter.updatedAfter.map { view.row.progress.updatedAt > $0 } ?? true)
                    && (filter.updatedBefore.map { view.row.progress.updatedAt < $0 } ?? true)
            }
            #expect(try await feed.all(of: account(), filter, limit: 3) == expected)
        }
    }

    @Test("a cursor stays where it was when outcomes are added")
    func stableCursor() async throws {
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        let feed = fixture.store.views.outcomesFeed
        var journal = journal
        try await fixture.append(journal.stored)
        try await feed.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        let before = try await feed.all(of: account())
        let first = try await feed.outcomes(
            of: account(),
            filter: OutcomeFilter(),
            limit: 4,
            after: nil
        )

        journal.signal("brand-new", at: 9_999_999)
        journal.signal("older-one", at: 3)
        try await fixture.append(journal.stored)
        try await feed.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        let second = try await feed.outcomes(
            of: account(),
            filter: OutcomeFilter(),
            limit: 4,
            after: first.next
        )
        #expect(first.elements + second.elements == Array(before[..<8]))
    }

    @Test("the last page has no next one, even when it is full")
    func lastPage() async throws {
        var journal = Journal()
        for number in 0..<4 { journal.signal(Text("outcome-\(number)"), at: number) }
        let (fixture, feed) = try await feed(journal)
        defer { fixture.remove() }
        let page = try await feed.outcomes(
            of: account(),
            filter: OutcomeFilter(),
            limit: 4,
            after: nil
        )
        #expect(page.elements.count == 4)
        #expect(page.next == nil)
    }

    @Test("an account without outcomes has an empty list")
    func empty() async throws {
        let (fixture, feed) = try await feed(journal)
        defer { fixture.remove() }
        #expect(try await feed.all(of: account("acct_nobody")).isEmpty)
    }
}
