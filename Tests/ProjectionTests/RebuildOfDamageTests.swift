// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Foundation
import GRDB
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("A rebuild where the live rows are broken, or their projection has stopped")
struct RebuildOfDamageTests {
    private let journal = Journal.mixed(outcomes: 40)

    private func projected(_ journal: Journal) async throws -> RebuildFixture {
        let fixture = try await StoreFixture.holding(journal)
        try await fixture.apply(journal.facts, to: fixture.models, batch: 11)
        return RebuildFixture(fixture)
    }

    @Test("rows whose tables do not take a fact stop the projection, and a rebuild mends them")
    func rules() async throws {
        var journal = Journal()
        journal.missingCustomers = [customer("c1")]
        let letter = journal.signal("outcome-1", at: 10)
        journal.missingCustomers = []
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        try await world.damage(.deadLetters, "UPDATE dead_letter_counts SET letters = 0")
        journal.redrive(letter, of: "outcome-1", at: 20)
        try await world.fixture.append(journal.stored)
        try await world.running {
            await #expect(throws: ReadBehind.projectionStopped("dead_letters")) {
                try await world.caughtUp(.deadLetters)
            }
            let failure = try #require(world.projections[2].health.failure)
            #expect(failure.position == journal.facts[1].position)
            #expect(failure.reason.contains("CHECK constraint failed"))
            _ = try await world.rebuild(.deadLetters).carryOut(.start)
            #expect(try await world.settled(.deadLetters).phase == .swapped)
            while world.projections[2].health.phase != .following { await Task.yield() }
            try await world.caughtUp(.deadLetters)
        }
        #expect(
            try await world.fixture.store.views.deadLetters.deadLetterCounts()
                .values.reduce(0, +) == 0
        )
        await world.fixture.store.close()
    }

    @Test("live rows that cannot be read differ, and are replaced when that is accepted")
    func unreadable() async throws {
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        let before = try await Snapshot(of: world.fixture.store, account: account())
        let rows = world.fixture.rows(of: .feed)
        let (page, size) = try await rows.read { database in
            (
                try Int64.fetchOne(
                    database,
                    sql: "SELECT rootpage FROM sqlite_master WHERE name = 'feed_outcomes'"
                ) ?? 0, try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            )
        }
        await world.fixture.store.close()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: rows.path))
        try file.seek(toOffset: UInt64((page - 1) * size))
        try file.write(contentsOf: Data(repeating: 0xff, count: Int(size)))
        try file.close()

        let again = RebuildFixture(try world.fixture.reopened())
        try await again.running {
            let runner = try again.rebuild(.feed)
            _ = try await runner.carryOut(.start)
            let status = try await again.settled(.feed)
            #expect(status.phase == .differing)
            let first = try #require(status.comparison?.differences.first)
            #expect(first.kind == .unreadable)
            #expect(first.table == "feed_outcomes")

            _ = try await runner.carryOut(.swap(acceptingDifference: true))
            #expect(try await again.settled(.feed).phase == .swapped)
        }
        #expect(try await Snapshot(of: again.fixture.store, account: account()) == before)
        await again.fixture.store.close()
    }

    @Test("a projection that stops meanwhile accepts nothing, and a drop forgets no difference")
    func stopsMeanwhile() async throws {
        var journal = journal
        journal.signal("outcome-again", at: 9_000_000)
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        try await world.damage(.feed, "DELETE FROM feed_outcomes")
        // A row that is not there cannot be changed.
        journal.signal("outcome-again", at: 9_000_001)
        try await world.fixture.append(journal.stored)
        // Begun in another process, in which the projection still went.
        try await world.fixture.store.views.rebuildSite(of: .feed)
            .write(RebuildRecord(stage: .building))
        try await world.running {
            let runner = try world.rebuild(.feed)
            while runner.status.phase == .none { await Task.yield() }
            #expect(try await world.settled(.feed).phase == .differing)
            await #expect(throws: ReadBehind.projectionStopped("outcomes_feed")) {
                try await world.caughtUp(.feed)
            }
            let dropped = try await runner.carryOut(.drop)
            #expect(dropped.phase == .none)
            #expect(dropped.comparison?.differenceCount ?? 0 > 0)

            // Who gives the order now knows that it has stopped.
            _ = try await runner.carryOut(.start)
            #expect(try await world.settled(.feed).phase == .swapped)
            #expect(try await runner.carryOut(.drop).comparison == nil)
        }
        await world.fixture.store.close()
    }

    @Test("live rows that do not say how far they have got stop a rebuild, which says so")
    func liveUnreadable() async throws {
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        try await world.damage(.feed, "ALTER TABLE checkpoints RENAME TO elsewhere")
        try await world.running {
            let runner = try world.rebuild(.feed)
            // A start measures first; one that was begun before goes on by itself.
            _ = try? await runner.carryOut(.start)
            let status = try await world.settled(.feed)
            guard case .liveUnreadable(let reason) = status.phase else {
                Issue.record("it is \(status.phase.name)")
                return
            }
            #expect(reason.contains("checkpoints"))
            try await world.damage(.feed, "ALTER TABLE elsewhere RENAME TO checkpoints")
            _ = try await runner.carryOut(.resume)
            #expect(try await world.settled(.feed).phase == .swapped)
        }
        await world.fixture.store.close()
    }

    @Test("a swap that was written down without an answer is not turned back by the next try")
    func swappedAlready() async throws {
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        let views = world.fixture.store.views
        let site = views.rebuildSite(of: .feed)
        let catalog = world.fixture.store.readModels.catalog
        _ = try await site.copy()
        // What a commit leaves whose error came after it was done.
        var entry = try await catalog.entry(of: .feed)
        entry.live = entry.live.other
        entry.rebuild = RebuildRecord(stage: .swapped)
        try await catalog.set(entry, of: .feed)
        let goal = try await site.liveCheckpoints()
        let source = FactSource(log: world.fixture.store, tail: nil)
        try await site.swap(recording: RebuildRecord(stage: .swapped)) {
            places throws(RebuildObstacle) in
            let copy: any ReadModel
            do throws(StoreError) {
                copy = try await site.copy()
            } catch {
                throw .store(error)
            }
            try await CatchUp(model: copy, source: source).run(to: places)
        }
        #expect(try await catalog.entry(of: .feed).live == entry.live)
        #expect(try await site.liveCheckpoints() == goal)
        await world.fixture.store.close()
    }

    @Test("books built aside are refused when they are whole, if an outcome is booked twice")
    func bookedTwice() async throws {
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        let site = world.fixture.store.views.rebuildSite(of: .ledger)
        try await site.copy().apply(journal.facts, checkpoints: journal.facts.checkpoints)
        let file = try world.fixture.store.readModels.aside(of: .ledger, side: .b)
        let columns = """
            id, account, key, customer, agent, price, quantity, amount, currency, settled_at,
            recorded_at, hash
            """
        try await file.write { database in
            try database.execute(
                sql: """
                    INSERT INTO ledger_postings (\(columns), partition, position)
                    SELECT \(columns), 3, 1234567 FROM ledger_postings WHERE posting = 1
                    """
            )
        }
        let failure = ProjectionFailure(
            partition: Partition(3),
            position: LogPosition(1_234_567),
            reason: "the outcome is booked already"
        )
        await #expect(throws: RebuildObstacle.failure(failure)) { try await site.complete() }
        try await file.write { database in
            try database.execute(sql: "DROP TRIGGER ledger_postings_no_delete")
            try database.execute(sql: "DELETE FROM ledger_postings WHERE position = 1234567")
        }
        try await site.complete()
        await world.fixture.store.close()
    }

    @Test("a copy that an older build has made whole is taken up", arguments: [false, true])
    func ofOlderBuild(isLive: Bool) async throws {
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        let files = world.fixture.store.readModels
        for model in [ReadModelName.journeys, .ledger] {
            let site = world.fixture.store.views.rebuildSite(of: model)
            try await site.copy().apply(journal.facts, checkpoints: journal.facts.checkpoints)
            try await site.complete()
            let file = isLive ? files.home(of: model).file : try files.aside(of: model, side: .b)
            // As it was before there were runs, and when ids had their index from the beginning.
            try await file.write { database in
                let later = "DELETE FROM grdb_migrations WHERE identifier >= '003'"
                try database.execute(sql: later)
                guard model == .journeys else { return }
                try database.execute(sql: "DROP TABLE journey_runs")
            }
            if !isLive { await files.takeAside(of: model)?.close() }
        }
        var fixture = world.fixture
        if isLive {
            await fixture.store.close()
            fixture = try fixture.reopened()
        }
        let migrations = ReadModelSchema.migrator(of: .ledger)
        for model in [ReadModelName.journeys, .ledger] {
            let copy =
                isLive
                ? fixture.store.readModels.home(of: model).file
                : try fixture.store.readModels.aside(of: model, side: .b)
            #expect(
                try await copy.read(ReadModelStatements.checkpoints) == journal.facts.checkpoints
            )
            guard model == .ledger else {
                #expect(try await copy.read { try $0.tableExists("journey_runs") })
                continue
            }
            #expect(try await copy.read(migrations.hasCompletedMigrations))
            let unique = try await copy.read { try $0.indexes(on: "ledger_postings") }
                .filter { $0.isUnique && $0.columns == ["id"] }
            #expect(unique.count == 1)
        }
        await fixture.store.close()
    }

    @Test("a copy whose file has failed is begun anew")
    func failedCopy() async throws {
        let world = try await projected(journal)
        defer { world.fixture.remove() }
        let files = world.fixture.store.readModels
        let failed = try files.aside(of: .feed, side: .b)
        await #expect(throws: StoreError.self) {
            try await failed.write { _ -> Void in throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        }
        #expect(!PosixFile.exists(failed.path))
        try await world.running {
            _ = try await world.rebuild(.feed).carryOut(.start)
            #expect(try await world.settled(.feed).phase == .swapped)
        }
        await world.fixture.store.close()
    }
}
