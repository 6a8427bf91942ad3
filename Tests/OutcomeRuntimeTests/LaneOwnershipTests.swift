// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Logging
import NIOCore
import NIOPosix
import SQLiteStore
import Synchronization
import Testing

@testable import OutcomeRuntime

@Suite("A lane runs the partitions it is told to")
struct LaneOwnershipTests {
    private static let partition = Partition(2)

    /// A lane that runs nothing yet, and a log whose epochs a test can raise.
    private func withLane(
        _ body: (World, Lane, RaisedEpochs, Counter) async throws -> Void
    ) async throws {
        let world = try World()
        let log = RaisedEpochs(log: world.store)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let releases = Counter()
        let lane = Lane(
            partitions: [],
            eventLoop: loops.next(),
            ingestLog: world.store,
            eventLog: log,
            catalogs: world.catalogs,
            eraser: world.eraser,
            clock: world.clock,
            node: "test",
            observer: NoObserver(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onRelease: { releases.value.withLock { $0 += 1 } }
        )
        try await body(world, lane, log, releases)
        await world.store.close()
        try await loops.shutdownGracefully()
    }

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    private func cursor(_ world: World) async throws -> IngestPosition? {
        try await world.store.state(of: [Self.partition])[Self.partition]?.cursor
    }

    @Test("it processes what it was told to run, and nothing else")
    func told() async throws {
        try await withLane { world, lane, _, _ in
            let principal = try await world.account("one", isSandbox: false)
            let receipt = try await world.post(
                try world.key(in: Self.partition, of: principal),
                as: principal
            )
            #expect(try await lane.turn() == .nothing)
            lane.run([Partition(3): 0])
            #expect(try await lane.turn() == .nothing)
            #expect(lane.running == [Partition(3): 0])
            lane.run([Self.partition: 0])
            while try await lane.turn() != .nothing {}
            #expect(try await cursor(world) == receipt.position)
            #expect(lane.running == [Self.partition: 0])
        }
    }

    @Test("it lets go between two turns, says so, and keeps nothing in memory")
    func letsGo() async throws {
        try await withLane { world, lane, _, releases in
            let principal = try await world.account("one", isSandbox: false)
            try await world.post(try world.key(in: Self.partition, of: principal), as: principal)
            lane.run([Self.partition: 0])
            while try await lane.turn() != .nothing {}
            #expect(await lane.registry.count == 1)
            lane.run([:])
            #expect(lane.running == [Self.partition: 0], "not before it has looked")
            #expect(try await lane.turn() == .nothing)
            #expect(lane.running.isEmpty)
            #expect(await lane.registry.count == 0)
            #expect(await lane.runs.isEmpty)
            #expect(releases.value.withLock { $0 } == 1)
        }
    }

    @Test("an owner whose epoch is over lets go of the partition at its next append")
    func lost() async throws {
        try await withLane { world, lane, log, releases in
            let principal = try await world.account("one", isSandbox: false)
            let key = try world.key(in: Self.partition, of: principal)
            try await world.post(key, as: principal)
            lane.run([Self.partition: 0])
            while try await lane.turn() != .nothing {}
            let before = try await cursor(world)
            try await world.post(key, "reopened", as: principal)
            log.raise(Self.partition, to: 1)
            await #expect(throws: StoreError.self) { try await lane.turn() }
            try await lane.reload()
            #expect(lane.running.isEmpty)
            #expect(try await lane.turn() == .nothing)
            #expect(try await cursor(world) == before)
            #expect(releases.value.withLock { $0 } == 1)
        }
    }

    @Test("a partition that comes back under another epoch is read anew")
    func comesBack() async throws {
        try await withLane { world, lane, log, _ in
            let principal = try await world.account("one", isSandbox: false)
            try await world.post(try world.key(in: Self.partition, of: principal), as: principal)
            lane.run([Self.partition: 0])
            while try await lane.turn() != .nothing {}
            log.raise(Self.partition, to: 2)
            lane.run([Self.partition: 2])
            #expect(try await lane.turn() == .nothing)
            #expect(lane.running == [Self.partition: 2])
            #expect(await lane.registry.count == 0, "somebody else may have written meanwhile")
        }
    }

    @Test("a server that knows only an older epoch is not believed")
    func oldPrimary() async throws {
        try await withLane { _, lane, log, releases in
            lane.run([Self.partition: 3])
            await #expect(throws: StoreError.self) { try await lane.turn() }
            #expect(lane.running == [Self.partition: 3], "it is still the lane's")
            log.raise(Self.partition, to: 3)
            let work = try await lane.turn()
            #expect(work == .nothing)
            #expect(await lane.runs[Self.partition] != nil)
            #expect(releases.value.withLock { $0 } == 0)
        }
    }
}
