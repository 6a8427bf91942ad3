// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import StoreAudit
import Testing

@testable import OutcomeRuntime

/// How the same ingest records are processed.
struct ProcessingVariant: Sendable, CustomTestStringConvertible {
    var batchLimitRecords = 2000
    var settlementLimitTimers = 2000
    var lanes = 1
    var activeLimitOutcomes = 50_000
    var restartsAfterTurns: Int?
    var faultsEveryAppends: Int?
    /// The live clock goes to the end of time in this many steps while records are processed.
    var clockSteps = 1
    var changesCatalogFirst = false

    var testDescription: String {
        "batch \(batchLimitRecords), timers \(settlementLimitTimers), lanes \(lanes), "
            + "active \(activeLimitOutcomes), restarts \(restartsAfterTurns ?? 0), "
            + "faults \(faultsEveryAppends ?? 0), clock steps \(clockSteps), "
            + "catalog \(changesCatalogFirst)"
    }
}

@Suite("An outcome is a function of the ingest records, in order, and of nothing else")
struct DeterminismTests {
    static let variants = [
        ProcessingVariant(batchLimitRecords: 1),
        ProcessingVariant(batchLimitRecords: 3, settlementLimitTimers: 1, clockSteps: 40),
        ProcessingVariant(batchLimitRecords: 17, lanes: 3, clockSteps: 9),
        ProcessingVariant(batchLimitRecords: 5, activeLimitOutcomes: 1),
        ProcessingVariant(batchLimitRecords: 7, lanes: 2, restartsAfterTurns: 2, clockSteps: 15),
        ProcessingVariant(batchLimitRecords: 11, faultsEveryAppends: 3, clockSteps: 6),
        ProcessingVariant(changesCatalogFirst: true),
    ]

    @Test(
        "any batch size, lanes, delay, passivation, restart or fault gives the same streams",
        arguments: [1, 2, 3] as [UInt64]
    )
    func sameStreams(seed: UInt64) async throws {
        let accepted = try await acceptTraffic(seed: seed)
        let plain = try await process(try World.copy(of: accepted), ProcessingVariant())
        #expect(plain.count > 20, "seed \(seed) made too little traffic to tell anything")
        for variant in Self.variants {
            let streams = try await process(try World.copy(of: accepted), variant)
            #expect(streams.keys.count == plain.keys.count, "\(variant.testDescription)")
            for (stream, events) in plain {
                #expect(
                    streams[stream] == events,
                    "\(stream.key) with \(variant.testDescription)"
                )
            }
        }
    }

    /// Accepts seeded traffic for a live account and two sandboxes; returns the closed store.
    private func acceptTraffic(seed: UInt64) async throws -> String {
        let world = try World()
        let principals = [
            try await world.account("live", isSandbox: false),
            try await world.account("sandboxa", isSandbox: true),
            try await world.account("sandboxb", isSandbox: true),
        ]
        var traffic = Traffic(seed: seed)
        try await traffic.run(400, for: principals, in: world)
        await world.store.close()
        return world.path
    }

    /// Processes a store's records and lets every window end; returns header and body of each event,
    /// and in a sandbox when it was recorded.
    private func process(
        _ path: String,
        _ variant: ProcessingVariant
    ) async throws -> [StreamID: [String]] {
        let world = try World(path: path)
        let live = try await world.store.latestLiveClock() ?? World.start
        world.clock.move(to: live)
        if variant.changesCatalogFirst {
            try await changeCatalogs(in: world)
        }
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: variant.lanes)
        var processing = Processing(world: world, variant: variant, loops: loops)
        for _ in 0..<variant.clockSteps {
            try await processing.runSomeTurns()
            world.clock.move(bySeconds: 4000 / Int64(variant.clockSteps) + 1)
        }
        try await expectCleanAudit(of: world, variant)
        try await processing.runUntilIdle()
        world.clock.move(bySeconds: 15_552_000)
        try await processing.runUntilIdle()
        try await expectCleanAudit(of: world, variant)
        let streams = try await writtenStreams(in: world)
        await world.store.close()
        try await loops.shutdownGracefully()
        return streams
    }

    /// An audit decides every stream again, with more of them than it keeps in memory.
    private func expectCleanAudit(of world: World, _ variant: ProcessingVariant) async throws {
        let report = try await LogAudit(of: world.store, reviewLimitStreams: 2) { _ in }.run()
        #expect(report.findings.shown == [], "\(variant.testDescription)")
        #expect(report.events > 0)
    }

    /// Changes that would turn every decision if the records did not carry their catalog version.
    private func changeCatalogs(in world: World) async throws {
        for name in ["live", "sandboxa", "sandboxb"] {
            let account = try #require(AccountID("acct_" + name))
            let support = try #require(Slug("support"))
            let acme = try #require(CustomerKey("acme"))
            _ = try await world.catalogs.change(
                account,
                .archiveAgent(support),
                by: .commandLine
            )
            _ = try await world.catalogs.change(
                account,
                .archiveCustomer(acme),
                by: .commandLine
            )
        }
    }

    private func writtenStreams(in world: World) async throws -> [StreamID: [String]] {
        var streams: [StreamID: [String]] = [:]
        var latest: [StreamID: Timestamp] = [:]
        for partition in world.store.partitioning.outcomePartitions {
            let events = try await world.store.events(
                in: partition,
                after: .start,
                limit: 100_000
            )
            for event in events {
                #expect(event.hash == event.computedHash)
                var text = String(decoding: event.header + event.body, as: UTF8.self)
                let recordedAt = try OutcomeEventSchema.recorded(from: event).recordedAt
                #expect(recordedAt >= latest[event.stream] ?? .earliest, "\(event.stream.key)")
                latest[event.stream] = recordedAt
                if event.stream.account.text.string.hasPrefix("acct_sandbox") {
                    text += " \(recordedAt)"
                }
                streams[event.stream, default: []].append(text)
                #expect(streams[event.stream]?.count == event.version)
            }
        }
        return streams
    }
}

/// Turns of lanes, one by one, with the restarts and faults of a variant.
private struct Processing {
    let world: World
    let variant: ProcessingVariant
    let loops: MultiThreadedEventLoopGroup
    var lanes: [Lane] = []
    var turns = 0

    mutating func runSomeTurns() async throws {
        for _ in 0..<3 {
            _ = try await turn()
        }
    }

    mutating func runUntilIdle() async throws {
        while try await turn() {}
    }

    /// One turn of every lane; a fault is followed by a reload, as the lane's own loop does.
    private mutating func turn() async throws -> Bool {
        if lanes.isEmpty { try await start() }
        turns += 1
        var isBusy = false
        for lane in lanes {
            let wasBusy = try await turn(of: lane)
            isBusy = isBusy || wasBusy
        }
        if let period = variant.restartsAfterTurns, turns % period == 0 {
            lanes = []
            return true
        }
        return isBusy
    }

    private func turn(of lane: Lane) async throws -> Bool {
        do throws(StoreError) {
            return try await lane.turn() != .nothing
        } catch {
            guard error.reason == .unavailable else { throw error }
        }
        try await lane.reload()
        return true
    }

    private mutating func start() async throws {
        var configuration = LaneConfiguration()
        configuration.batchLimitRecords = variant.batchLimitRecords
        configuration.settlementLimitTimers = variant.settlementLimitTimers
        configuration.activeLimitOutcomes = variant.activeLimitOutcomes
        let log = variant.faultsEveryAppends.map {
            FaultyEventLog(world.store, everyAppends: $0)
        }
        lanes = world.lanes(
            variant.lanes,
            configuration: configuration,
            eventLog: log,
            on: loops
        )
        for lane in lanes {
            try await lane.reload()
        }
    }
}
