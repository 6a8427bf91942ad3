// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomesFeed
import SQLiteStore
import Testing

@Suite("The sums over outcomes say what the outcomes say")
struct SQLiteOutcomeSumsTests {
    private let journal = Journal.mixed()

    @Test("after each batch, of whatever size", arguments: [1, 3, 1_000])
    func batches(size: Int) async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let feed = fixture.store.views.outcomesFeed
        var rest = journal.facts[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            try await feed.apply(batch, checkpoints: batch.checkpoints)
            for account in Set(journal.facts.map(\.stream.account)) {
                let rows = try await feed.all(of: account).map(\.row)
                #expect(
                    try await SumsSnapshot(of: feed, account: account)
                        == SumsSnapshot(counting: rows)
                )
            }
        }
    }

    @Test("an account that nobody knows has none, and an agent's are its own")
    func narrow() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let feed = fixture.store.views.outcomesFeed
        try await feed.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        let nobody = account("acct_nobody")
        #expect(try await SumsSnapshot(of: feed, account: nobody) == SumsSnapshot())
        let ever = try await feed.outcomeCounts(of: account())
        for (agent, counts) in ever {
            var sum = OutcomeCounts()
            let days = try await feed.outcomeCounts(
                of: account(),
                agent: agent,
                openedOn: 0...100_000
            )
            for day in days.values { sum.add(day) }
            #expect(OutcomeState.allCases.allSatisfy { sum[$0] == counts[$0] })
        }
        #expect(ever.count > 1)
    }
}
