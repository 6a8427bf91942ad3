// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Foundation
import OutcomeDomain
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("The same facts give the same rows")
struct ReplayTests {
    private let journal = Journal.mixed()
    private let accounts = [account(), account("acct_beta")]

    private func snapshots(_ fixture: StoreFixture) async throws -> [Snapshot] {
        var snapshots: [Snapshot] = []
        for account in accounts {
            snapshots.append(try await Snapshot(of: fixture.store, account: account))
        }
        return snapshots
    }

    private func applied(batch size: Int, times: Int = 1) async throws -> [Snapshot] {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        for _ in 0..<times {
            try await fixture.apply(journal.facts, to: fixture.models, batch: size)
        }
        return try await snapshots(fixture)
    }

    @Test("in batches of any size", arguments: [1, 2, 3, 17, 1_000])
    func anyBatchSize(_ size: Int) async throws {
        let expected = try await applied(batch: 50)
        #expect(try await applied(batch: size) == expected)
        #expect(!expected[0].outcomes.isEmpty)
        #expect(!expected[0].postings.isEmpty)
        #expect(!expected[0].deadLetters.isEmpty)
        #expect(!expected[1].outcomes.isEmpty)
        #expect(!expected[0].values.isEmpty)
        #expect(!expected[0].valueMonths.isEmpty)
        #expect(!expected[0].valueAgents.isEmpty)
    }

    @Test("applied twice, and with batches that overlap")
    func twice() async throws {
        let expected = try await applied(batch: 50)
        #expect(try await applied(batch: 13, times: 2) == expected)

        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        for start in stride(from: 0, to: journal.facts.count, by: 5) {
            let end = min(start + 5, journal.facts.count)
            let batch = Array(journal.facts[max(0, start - 20)..<end])
            for model in fixture.models {
                try await model.apply(batch, checkpoints: batch.checkpoints)
            }
        }
        #expect(try await snapshots(fixture) == expected)
    }

    @Test("partition by partition instead of as they came")
    func byPartition() async throws {
        let expected = try await applied(batch: 50)
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let facts = journal.facts.sorted { $0.partition > $1.partition }
        let sorted = journal.partitioning.outcomePartitions.reversed().flatMap { partition in
            facts.filter { $0.partition == partition }.sorted { $0.position < $1.position }
        }
        try await fixture.apply(sorted, to: fixture.models, batch: 9)
        #expect(try await snapshots(fixture) == expected)
    }

    @Test("checkpoints are those of the last batch, and survive a restart")
    func reopens() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let half = journal.facts.count / 2
        try await fixture.apply(
            Array(journal.facts[..<half]),
            to: fixture.models,
            batch: 11
        )
        let path = fixture.directory.appendingPathComponent("store.sqlite").path
        await fixture.store.close()

        let reopened = try SQLiteStore.open(path: path)
        let model = reopened.views.outcomesFeed
        #expect(try await model.checkpoints() == Array(journal.facts[..<half]).checkpoints)
        let models: [any ReadModel] = [
            model, reopened.views.billingLedger, reopened.views.deadLetters,
            reopened.views.valueDelivered,
        ]
        for model in models {
            try await model.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        }
        let expected = try await applied(batch: 50)
        for (account, snapshot) in zip(accounts, expected) {
            #expect(try await Snapshot(of: reopened, account: account) == snapshot)
        }
        await reopened.close()
    }

    @Test("a missing place is refused and nothing is written")
    func gap() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        var facts = journal.facts
        let missing = facts.remove(at: 3)
        for model in fixture.models {
            await #expect(throws: ReadModelError.self) {
                try await model.apply(facts, checkpoints: facts.checkpoints)
            }
            #expect(try await model.checkpoints().isEmpty)
        }
        #expect(missing.position > .start)
    }

    @Test("rows and checkpoints of a failed batch are not written")
    func failure() async throws {
        var journal = journal
        journal.signal("outcome-x", at: 9_000_000)
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        var facts = journal.facts
        // The opening is gone and its place taken: a signal applies to nothing.
        let applied = try #require(facts.removeLast().outcome)
        let opening = try #require(facts.removeLast().outcome)
        facts.append(
            .outcome(
                RecordedFact(
                    partition: opening.partition,
                    position: opening.position,
                    stream: opening.stream,
                    version: opening.version,
                    fact: applied.fact,
                    recordedAt: applied.recordedAt,
                    node: "test",
                    batch: 1,
                    trace: nil,
                    metadata: .empty,
                    previous: opening.previous,
                    hash: applied.hash
                )
            )
        )
        let feed = fixture.store.views.outcomesFeed
        await #expect(throws: ReadModelError.self) {
            try await feed.apply(facts, checkpoints: facts.checkpoints)
        }
        #expect(try await feed.checkpoints().isEmpty)
        #expect(try await feed.all(of: account()).isEmpty)
    }
}
