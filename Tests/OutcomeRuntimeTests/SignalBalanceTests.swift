// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import Logging
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import Synchronization
import Testing

@testable import OutcomeRuntime

@Suite("Every signal that is taken from the log is accounted for once")
struct SignalBalanceTests {
    @Test("parked, redriven, discarded, late and settled ones count once each")
    func traffic() async throws {
        let world = try World()
        let accounts = [
            try await world.account("live", isSandbox: false),
            try await world.account("sandbox", isSandbox: true),
        ]
        let told = Told()
        try await withLane(of: world, log: world.store, told) { lane in
            var traffic = Traffic(seed: 11)
            for _ in 0..<8 {
                try await traffic.run(100, for: accounts, in: world)
                while try await lane.turn() != .nothing {}
            }
            let heads = try await world.store.heads()
            let facts = told.facts.withLock { $0 }
            var balance = SignalBalance(
                passedPlaces: heads.values.reduce(0) { $0 + $1.value },
                otherRecords: heads.values.reduce(0) { $0 + $1.value }
                    - Int64(traffic.signalCount)
            )
            balance.count(facts)
            #expect(balance.residual == 0)
            let judged = try #require(
                facts.firstIndex { fact in
                    guard let fact = fact.outcome?.fact,
                        case .signalApplied(let applied) = fact.event
                    else { return false }
                    return applied.signal.position == fact.cause.position
                }
            )
            balance.count([facts[judged]])
            #expect(balance.residual == -1)
        }
        #expect(told.criticals.withLock { $0 }.isEmpty)
        await world.store.close()
    }

    @Test("one that the log never handed out is missed and told")
    func lost() async throws {
        let world = try World()
        let principal = try await world.account("live", isSandbox: false)
        let told = Told()
        let log = ForgetfulIngestLog(log: world.store)
        try await withLane(of: world, log: log, told) { lane in
            for _ in 0..<3 { try await world.post("ticket:1001", as: principal) }
            while try await lane.turn() != .nothing {}
        }
        #expect(told.criticals.withLock { $0 } == ["signals are unaccounted for"])
        await world.store.close()
    }

    private func withLane(
        of world: World,
        log: any IngestLog,
        _ told: Told,
        _ body: (Lane) async throws -> Void
    ) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = Lane(
            partitions: world.store.partitioning.outcomePartitions,
            eventLoop: loops.next(),
            ingestLog: log,
            eventLog: world.store,
            catalogs: world.catalogs,
            eraser: world.eraser,
            clock: world.clock,
            node: "test",
            observer: told,
            logger: Logger(label: "test") { _ in CriticalLog(told: told) }
        )
        try await body(lane)
        try await loops.shutdownGracefully()
    }
}

/// What a lane has committed, and what it has told loudly.
private final class Told: LaneObserver {
    let facts = Mutex<[LoggedFact]>([])
    let criticals = Mutex<[String]>([])

    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact]) {
        self.facts.withLock { $0 += facts }
    }

    func halted(_ partition: Partition) {}
}

private struct CriticalLog: LogHandler {
    let told: Told
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.critical

    init(told: Told) { self.told = told }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        told.criticals.withLock { $0.append("\(event.message)") }
    }
}

/// An ingest log that does not hand out the second record of a partition.
private struct ForgetfulIngestLog: IngestLog {
    let log: any IngestLog

    func records(
        after cursors: [Partition: IngestPosition],
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        try await log.records(after: cursors, limit: limit, limitBytes: limitBytes)
            .mapValues { $0.filter { $0.receipt.position.value != 2 } }
    }

    func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        try await log.append(drafts)
    }

    func advanceLiveClock(
        of partitions: [Partition],
        to instant: Timestamp
    ) async throws(StoreError) -> [Partition: IngestPosition] {
        try await log.advanceLiveClock(of: partitions, to: instant)
    }

    var isPressed: Bool { log.isPressed }

    func heads() async throws(StoreError) -> [Partition: IngestPosition] { try await log.heads() }

    func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord? {
        try await log.waitingRecord(eventID)
    }

    func sandboxClock(of account: AccountID) async throws(StoreError) -> Timestamp? {
        try await log.sandboxClock(of: account)
    }

    func sandboxClocks(
        in partition: Partition
    ) async throws(StoreError) -> (head: IngestPosition, clocks: [AccountID: Timestamp]) {
        try await log.sandboxClocks(in: partition)
    }

    func latestLiveClock() async throws(StoreError) -> Timestamp? {
        try await log.latestLiveClock()
    }
}
