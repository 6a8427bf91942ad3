// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import GRDB
import NIOCore
import NIOPosix
import SQLiteStore
import Synchronization
import Testing

@testable import OutcomeRuntime

@Suite("Damage halts the partition it lies in, and no other")
struct DamageTests {
    private let bad = Partition(2)
    private let good = Partition(5)

    @Test("a stream that cannot be read halts its partition; the others of the lane go on")
    func damagedStream() async throws {
        let damaged = try await store { world, principal, key in
            try await world.post(key, as: principal)
            try await withLane(of: world) { lane in
                while try await lane.turn() != .nothing {}
            }
        } damage: { database, key in
            try database.execute(sql: "DROP TRIGGER events_no_update")
            try database.execute(
                sql: """
                    UPDATE events SET body = CAST('{"n' AS BLOB)
                    WHERE stream = (SELECT stream FROM streams WHERE key = CAST(? AS BLOB))
                    """,
                arguments: [key]
            )
            #expect(database.changesCount > 0)
        }
        try await expectOnlyBadHalts(in: damaged)
    }

    @Test("waiting records that cannot be read halt their partition; the others go on")
    func damagedRecords() async throws {
        let damaged = try await store { world, principal, key in
            try await world.post(key, as: principal)
        } damage: { database, _ in
            try database.execute(
                sql: "UPDATE ingest SET records = zeroblob(length(records))"
            )
            #expect(database.changesCount == 1)
        }
        try await expectOnlyBadHalts(in: damaged)
    }

    /// A store that was closed and damaged after something was done to a key of the bad partition.
    private func store(
        _ prepare: (World, Principal, String) async throws -> Void,
        damage: @escaping @Sendable (Database, String) throws -> Void
    ) async throws -> String {
        let world = try World()
        let principal = try await world.account("live", isSandbox: false)
        let key = try world.key(in: bad, of: principal)
        try await prepare(world, principal, key)
        await world.store.close()
        let queue = try DatabaseQueue(path: world.path)
        try await queue.write { database in try damage(database, key) }
        try queue.close()
        return world.path
    }

    private func expectOnlyBadHalts(in path: String) async throws {
        let world = try World(path: path)
        let account = try #require(AccountID("acct_live"))
        let principal = try await world.principal(account)
        try await world.post(try world.key(in: bad, of: principal), as: principal)
        let receipt = try await world.post(
            try world.key(in: good, of: principal),
            as: principal
        )
        let watch = HaltWatch()
        try await withLane(of: world, observer: watch) { lane in
            while try await lane.turn() != .nothing {}
            #expect(lane.troubles == ["partition 2 has stopped: \(Lane.damageReason)"])
            // The damage is told once, and is met no more.
            try await lane.reload()
            while try await lane.turn() != .nothing {}
        }
        #expect(watch.halted.withLock { $0 } == [bad])
        let states = try await world.store.state(of: [bad, good])
        let head = try #require(try await world.store.heads()[bad])
        #expect(try #require(states[bad]).cursor < head, "what cannot be judged waits")
        #expect(states[good]?.drained == receipt.position)
        await world.store.close()
    }

    private func withLane(
        of world: World,
        observer: any LaneObserver = NoObserver(),
        _ body: (Lane) async throws -> Void
    ) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = try #require(world.lanes(1, observer: observer, on: loops).first)
        try await lane.reload()
        try await body(lane)
        try await loops.shutdownGracefully()
    }
}

/// Notes which partitions halt.
private final class HaltWatch: LaneObserver {
    let halted = Mutex<[Partition]>([])

    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact]) {}

    func halted(_ partition: Partition) {
        halted.withLock { $0.append(partition) }
    }
}
