// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import Testing

@testable import OutcomeRuntime

@Suite("A timer's row stays where it is while the window only gets longer")
struct TimerRowTests {
    private func at(_ seconds: Int64) -> Timestamp { World.start.adding(seconds: seconds) }

    @Test("a first window arms it, a longer one leaves it, a shorter one moves it at once")
    func moves() {
        var row = TimerRow(rehydratedFor: nil)
        #expect(row.move(to: at(10)) == TimerMove(from: nil, to: at(10)))
        #expect(row.move(to: at(10)) == nil)
        #expect(row.move(to: at(30)) == nil)
        #expect(row.move(to: at(5)) == TimerMove(from: at(10), to: at(5)))
        #expect(row.move(to: nil) == TimerMove(from: at(5), to: nil))
        #expect(row.move(to: nil) == nil)
    }

    @Test("fired early, it moves to the end of the window")
    func firedEarly() {
        var row = TimerRow(rehydratedFor: nil)
        _ = row.move(to: at(10))
        _ = row.move(to: at(30))
        row.found(at: at(10))
        #expect(
            row.moveAfterFiringEarly(at: at(10), wanted: at(30))
                == TimerMove(from: at(10), to: at(30))
        )
        #expect(row.move(to: at(30)) == nil)
        #expect(row.move(to: nil) == TimerMove(from: at(30), to: nil))
    }

    @Test("of an outcome that was read back, only the row that fires is known")
    func rehydrated() {
        var row = TimerRow(rehydratedFor: at(30))
        #expect(row.move(to: at(40)) == nil)
        row.found(at: at(12))
        #expect(
            row.moveAfterFiringEarly(at: at(12), wanted: at(40))
                == TimerMove(from: at(12), to: at(40))
        )
    }

    @Test("a row left behind by a shorter window fires once and goes; the other stays")
    func leftBehind() {
        var row = TimerRow(rehydratedFor: at(30))
        #expect(row.move(to: at(20)) == TimerMove(from: nil, to: at(20)))
        #expect(row.move(to: at(90)) == nil)
        row.found(at: at(25))
        #expect(
            row.moveAfterFiringEarly(at: at(25), wanted: at(90))
                == TimerMove(from: at(25), to: nil)
        )
        #expect(row.move(to: nil) == TimerMove(from: at(20), to: nil))
    }

    @Test("whatever becomes of the windows, an open one has a row at or before its end")
    func invariant() {
        var seed: UInt64 = 11
        func below(_ bound: UInt64) -> Int64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((seed >> 33) % bound)
        }
        var rows: Set<Timestamp> = []
        var window: Timestamp?
        var row = TimerRow(rehydratedFor: nil)
        func apply(_ move: TimerMove?) {
            if let from = move?.from { rows.remove(from) }
            if let to = move?.to { rows.insert(to) }
        }
        for step in 0..<20_000 {
            switch below(6) {
            case 0: row = TimerRow(rehydratedFor: window)
            case 1 where below(10) == 0:
                window = nil
                apply(row.move(to: window))
            case 2:
                guard let first = rows.min(), window.map({ first < $0 }) ?? true else { continue }
                row.found(at: first)
                apply(row.moveAfterFiringEarly(at: first, wanted: window))
            default:
                window = at(below(1000))
                apply(row.move(to: window))
            }
            if let window {
                #expect(rows.contains { $0 <= window }, "step \(step)")
            }
        }
    }

    @Test(
        "in the store: longer windows leave the row; it settles the outcome at the last one's end"
    )
    func inTheStore() async throws {
        let world = try World()
        let live = try await world.account("live", isSandbox: false)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = try #require(world.lanes(1, on: loops).first)
        try await lane.reload()
        let receipt = try await world.post("ticket:1000", as: live)
        while try await lane.turn() != .nothing {}
        world.clock.move(bySeconds: 600)
        try await world.post("ticket:1000", as: live)
        while try await lane.turn() != .nothing {}
        let clock = PartitionClock(partition: receipt.partition, clock: .live)
        #expect(try await world.store.nextTimers([clock]) == [clock: at(3600)])

        world.clock.move(bySeconds: 3000)
        while try await lane.turn() != .nothing {}
        #expect(try await world.store.nextTimers([clock]) == [clock: at(4200)])
        #expect(try await state(of: "ticket:1000", live, in: world) == .pending)

        world.clock.move(bySeconds: 600)
        while try await lane.turn() != .nothing {}
        #expect(try await world.store.nextTimers([clock]).isEmpty)
        #expect(try await state(of: "ticket:1000", live, in: world) == .confirmed)
        try await loops.shutdownGracefully()
        await world.store.close()
    }

    private func state(
        of key: String,
        _ principal: Principal,
        in world: World
    ) async throws -> OutcomeState? {
        let reader = OutcomeReader(
            eventLog: world.store,
            ingestLog: world.store,
            partitioning: world.store.partitioning
        )
        let key = try #require(OutcomeKey(Text(key)))
        return try await reader.outcome(key, account: principal.account, isSandbox: false)
            .outcome.state
    }
}
