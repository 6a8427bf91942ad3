// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import NIOCore
import NIOPosix
import SQLiteStore
import Testing

@testable import OutcomeRuntime

@Suite("recorded_at never goes back within a partition")
struct RecordedAtTests {
    @Test("nor does it after a restart with a clock set back, whatever a sandbox's clock says")
    func restart() async throws {
        let path = try await storeWithLateFact()
        let world = try World(path: path)
        // Set back, though not before what the partition has accepted.
        world.clock.move(bySeconds: 60)
        let live = try #require(AccountID("acct_live"))
        let principal = try await world.principal(live)
        let partition = try sandboxHome(in: world)
        try await world.post(try world.key(in: partition, of: principal), as: principal)
        try await process(world)
        let stamps = try await stamps(of: live, in: partition, of: world)
        #expect(stamps.count > 2)
        #expect(stamps == stamps.sorted())
        #expect(stamps.last == World.start.adding(seconds: 3000))
        await world.store.close()
    }

    @Test("nor when the answer to an append was lost")
    func lostAnswer() {
        var run = PartitionRun(partition: Partition(0), state: .none)
        let before = run
        let late = ClockReading(now: World.start.adding(seconds: 50), doubt: nil)
        let stamp = run.stamp(late, notBefore: World.start)
        run.undo(to: before)
        let early = ClockReading(now: World.start.adding(seconds: 9), doubt: nil)
        #expect(run.stamp(early, notBefore: World.start) == stamp)
    }

    @Test("a clock in doubt stamps nothing, only what is known to be past")
    func doubt() {
        var run = PartitionRun(partition: Partition(0), state: .none)
        let doubted = ClockReading(now: World.start.adding(seconds: 99_999), doubt: "it jumped")
        #expect(run.stamp(doubted, notBefore: World.start) == World.start)
    }

    /// A closed store whose last live fact was recorded 3,000 seconds after it was received, with
    /// facts of a sandbox behind it that are stamped years later.
    private func storeWithLateFact() async throws -> String {
        let world = try World()
        let live = try await world.account("live", isSandbox: false)
        let sandbox = try await world.account("sandboxa", isSandbox: true)
        let partition = try sandboxHome(in: world)
        try await world.post(try world.key(in: partition, of: live), as: live)
        world.clock.move(bySeconds: 3000)
        try await process(world)
        for day in 0..<80 {
            try await world.post(
                "sandbox:\(day)",
                as: sandbox,
                occurredAt: World.start.adding(seconds: Int64(day + 400) * 86_400)
            )
        }
        try await process(world)
        await world.store.close()
        return world.path
    }

    private func sandboxHome(in world: World) throws -> Partition {
        let account = try #require(AccountID("acct_sandboxa"))
        return world.store.partitioning.partition(sandbox: account)
    }

    private func process(_ world: World) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = try #require(world.lanes(1, on: loops).first)
        try await lane.reload()
        while try await lane.turn() != .nothing {}
        try await loops.shutdownGracefully()
    }

    private func stamps(
        of account: AccountID,
        in partition: Partition,
        of world: World
    ) async throws -> [Timestamp] {
        let events = try await world.store.events(in: partition, after: .start, limit: 10_000)
        return try events.filter { $0.stream.account == account }
            .map { try OutcomeEventSchema.recorded(from: $0).recordedAt }
    }
}

extension PartitionState {
    /// Nothing yet.
    fileprivate static let none = PartitionState(
        head: .start,
        cursor: .start,
        drained: .start,
        epoch: 0
    )
}
