// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import Foundation
import OutcomesFeed
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("Rebuilding a read model beside the live one")
struct RebuildTests {
    private let journal = Journal.mixed(outcomes: 40)

    private func projected() async throws -> RebuildFixture {
        let fixture = try await StoreFixture.holding(journal)
        try await fixture.apply(journal.facts, to: fixture.models, batch: 11)
        return RebuildFixture(fixture)
    }

    @Test(
        "equal copies swap by themselves, and rows, pages and cursors go on",
        arguments: [1, 500]
    )
    func swaps(limit: Int) async throws {
        let world = try await projected()
        defer { world.fixture.remove() }
        let store = world.fixture.store
        let before = try await Snapshot(of: store, account: account())
        let page = try await store.views.outcomesFeed.outcomes(
            of: account(),
            filter: .init(),
            limit: 3,
            after: nil
        )
        try await world.running {
            for model in ReadModelName.allCases {
                let live = world.fixture.rows(of: model)
                _ = try await world.rebuild(model).carryOut(.start)
                let status = try await world.settled(model)
                #expect(status.phase == .swapped)
                #expect(status.comparison?.isEqual == true)
                #expect(status.verdict?.differences == 0)
                #expect(world.fixture.rows(of: model) !== live)
            }
        }
        #expect(try await Snapshot(of: store, account: account()) == before)
        let rest = try await store.views.outcomesFeed.outcomes(
            of: account(),
            filter: .init(),
            limit: 500,
            after: page.next
        )
        #expect(page.elements + rest.elements == before.outcomes)
        #expect(
            before.postings.flatMap(\.lines).reduce(.zero) { $0 + $1.amount } == WideDecimal.zero
        )
        await store.close()
    }

    @Test("what comes while it is built is in the new rows, and what comes after them as well")
    func follows() async throws {
        let half = journal.facts.count / 2
        let fixture = try StoreFixture()
        defer { fixture.remove() }
        try await fixture.append(Array(journal.stored[..<half]))
        let world = RebuildFixture(fixture)
        try await world.running {
            try await world.caughtUp(.ledger)
            _ = try await world.rebuild(.ledger).carryOut(.start)
            try await fixture.append(Array(journal.stored[half..<(half + 40)]))
            try await world.caughtUp(.ledger)
            #expect(try await world.settled(.ledger).phase == .swapped)
            try await fixture.append(Array(journal.stored[(half + 40)...]))
            try await world.caughtUp(.ledger)
        }
        let other = try await StoreFixture.holding(journal)
        defer { other.remove() }
        try await other.apply(journal.facts, to: other.models, batch: 1_000)
        #expect(
            try await fixture.store.views.billingLedger.all(of: account())
                == (try await other.store.views.billingLedger.all(of: account()))
        )
        await fixture.store.close()
    }

    @Test("the old copy is kept over a restart until it is dropped, and then there is room again")
    func keepsOld() async throws {
        let world = try await projected()
        defer { world.fixture.remove() }
        let path = world.fixture.path + SQLiteReadModels.suffix
        let old = ReadModelSet.copyPath(of: .feed, .a, path: path)
        let new = ReadModelSet.copyPath(of: .feed, .b, path: path)
        let before = try await world.fixture.store.views.outcomesFeed.all(of: account())
        try await world.running {
            _ = try await world.rebuild(.feed).carryOut(.start)
            _ = try await world.settled(.feed)
            await #expect(throws: RebuildRefusal.self) {
                _ = try await world.rebuild(.feed).carryOut(.start)
            }
        }
        await world.fixture.store.close()
        #expect(PosixFile.exists(old) && PosixFile.exists(new))

        let again = RebuildFixture(try world.fixture.reopened())
        try await again.running {
            let status = try await again.rebuild(.feed).carryOut(.drop)
            #expect(status.phase == .none)
            #expect(!PosixFile.exists(old))
            _ = try await again.rebuild(.feed).carryOut(.start)
            #expect(try await again.settled(.feed).phase == .swapped)
            #expect(PosixFile.exists(old))
        }
        #expect(try await again.fixture.store.views.outcomesFeed.all(of: account()) == before)
        await again.fixture.store.close()
    }

    @Test("it goes on from its checkpoints when the process starts again, unless it was paused")
    func goesOn() async throws {
        let world = try await projected()
        defer { world.fixture.remove() }
        let site = world.fixture.store.views.rebuildSite(of: .deadLetters)
        // As after a kill: begun, a part of the rows there, nothing running.
        try await site.write(RebuildRecord(stage: .paused))
        let part = Array(journal.facts.prefix(30))
        try await site.copy().apply(part, checkpoints: part.checkpoints)
        await world.fixture.store.close()

        let paused = RebuildFixture(try world.fixture.reopened())
        try await paused.running {
            let runner = try paused.rebuild(.deadLetters)
            // Asked at once: what the server before has left is told, not what is known by then.
            #expect(try await runner.settledStatus().phase != .none)
            #expect(runner.status.phase == .paused)
            #expect(runner.status.doneEvents == 30)
            try await paused.fixture.store.views.rebuildSite(of: .deadLetters)
                .write(RebuildRecord(stage: .building))
        }
        await paused.fixture.store.close()

        let killed = RebuildFixture(try paused.fixture.reopened())
        try await killed.running {
            let runner = try killed.rebuild(.deadLetters)
            // Asked at once: what the server before has left is told, not what is known by then.
            #expect(try await runner.settledStatus().phase != .none)
            let status = try await killed.settled(.deadLetters)
            #expect(status.phase == .swapped)
            #expect(status.comparison?.isEqual == true)
        }
        await killed.fixture.store.close()
    }

    @Test("orders that do not fit are refused with a reason")
    func refusals() async throws {
        let world = try await projected()
        defer { world.fixture.remove() }
        try await world.running {
            let runner = try world.rebuild(.feed)
            for order in [
                RebuildOrder.pause, .resume, .drop, .swap(acceptingDifference: true),
            ] {
                await #expect(throws: RebuildRefusal.self, "\(order)") {
                    _ = try await runner.carryOut(order)
                }
            }
        }
        await #expect(throws: RebuildRefusal.self) {
            _ = try await world.rebuild(.feed).carryOut(.start)
        }
        await world.fixture.store.close()
    }
}
