// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import Testing

@testable import OutcomeRuntime

@Suite("What settles next in a sandbox")
struct NextSettlementTests {
    @Test("is the earliest end of a window, not the earliest timer, and of this account only")
    func next() async throws {
        let world = try World()
        let sandbox = try await world.account("sandboxa", isSandbox: true)
        let other = try await world.account("sandboxb", isSandbox: true)
        let reader = OutcomeReader(
            eventLog: world.store,
            ingestLog: world.store,
            partitioning: world.store.partitioning
        )
        #expect(try await reader.nextSettlements(ofSandbox: sandbox.account) == nil)
        // The first window is lengthened past the end of the second: its timer stays where it is.
        try await world.post("outcome-1", as: sandbox)
        _ = try await world.intake.advanceClock(of: sandbox) { $0.adding(seconds: 600) }
        try await world.post("outcome-2", as: sandbox)
        try await world.post("outcome-3", as: sandbox)
        _ = try await world.intake.advanceClock(of: sandbox) { $0.adding(seconds: 600) }
        try await world.post("outcome-1", as: sandbox)
        try await world.post("outcome-0", as: other)
        try await process(world)
        let found = try #require(try await reader.nextSettlements(ofSandbox: sandbox.account))
        #expect(found.instant == World.start.adding(seconds: 4_200))
        #expect(found.settlements.map(\.key.text).sorted() == ["outcome-2", "outcome-3"])
        #expect(found.settlements.map(\.ending.state) == [.confirmed, .confirmed])
        #expect(!found.isCut)
        _ = try await world.intake.advanceClock(of: sandbox) { _ in found.instant }
        try await process(world)
        let last = try #require(try await reader.nextSettlements(ofSandbox: sandbox.account))
        #expect(last.settlements.map(\.key.text) == ["outcome-1"])
        await world.store.close()
    }

    private func process(_ world: World) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = try #require(world.lanes(1, on: loops).first)
        try await lane.reload()
        while try await lane.turn() != .nothing {}
        try await loops.shutdownGracefully()
    }
}
