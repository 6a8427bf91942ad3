// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import CatalogDomain
import Checkpoints
import DeadLetters
import EventSchema
import EventStore
import EvidenceCollection
import ExactValues
import Journeys
import Logging
import NIOCore
import NIOPosix
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit
import SQLiteStore
import ServiceLifecycle
import Synchronization
import Testing

@testable import HTTPAPI
@testable import Identity

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The whole service on a store of its own: real intake, lane, projections and API.
struct World: Sendable {
    let services: APIServices
    let live: TestAccount
    let sandbox: TestAccount
    let other: TestAccount
    let clock: TestClock
    let isReady: TestFlag
}

/// An account with one token for each scope.
struct TestAccount: Sendable {
    let id: AccountID
    let admin: String
    let ingest: String
    let read: String
}

/// A server's clock that stands where it is put.
final class TestClock: WallClock {
    private let state: Mutex<(now: Timestamp, doubt: String?)>

    init(_ now: Timestamp) { state = Mutex((now, nil)) }

    func read() -> ClockReading {
        state.withLock { ClockReading(now: $0.now, doubt: $0.doubt) }
    }
    func setDoubt(_ doubt: String?) { state.withLock { $0.doubt = doubt } }
}

/// Something a test switches.
final class TestFlag: Sendable {
    private let state = Mutex(true)
    var isOn: Bool { state.withLock { $0 } }
    func set(_ isOn: Bool) { state.withLock { $0 = isOn } }
}

private struct Observer: LaneObserver {
    let tail: EventTail<LoggedFact>
    let board: ProgressBoard

    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact]) {
        tail.publish(facts, in: partition, through: state.head.value)
        board.publish(state, of: partition)
    }

    func halted(_ partition: Partition) {
        board.publishStop(of: partition)
    }
}

extension APILimits {
    /// A read waits for what was written however busy the machine is.
    static var patient: APILimits {
        var limits = APILimits()
        limits.readSeconds = 120
        return limits
    }
}

extension World {
    static let start = Timestamp("2026-03-04T12:00:00Z") ?? .earliest

    /// Runs a test against a world of its own, and takes it down afterwards.
    ///
    /// A test of waiting makes the limits short.
    static func run(
        limits: APILimits = .patient,
        changeLimits: ChangeLimits = ChangeLimits(),
        intakeLog: @Sendable (SQLiteStore) -> any IngestLog = { $0 },
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        let directory = temporaryDirectory()
        defer { remove(directory) }
        let store = try SQLiteStore.open(path: directory + "/assay.db", partitions: 4)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await run(on: store, intakeLog(store), loops, limits, changeLimits, body)
        } catch {
            await store.close()
            try await loops.shutdownGracefully()
            throw error
        }
        await store.close()
        try await loops.shutdownGracefully()
    }

    private static func run(
        on store: SQLiteStore,
        _ intakeLog: any IngestLog,
        _ loops: MultiThreadedEventLoopGroup,
        _ limits: APILimits,
        _ changeLimits: ChangeLimits,
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        let clock = TestClock(start)
        let board = ProgressBoard()
        let tail = EventTail<LoggedFact>(limitPerPartition: 1000)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let catalogs = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: "test",
            clock: clock
        )
        let ring = KeyRing(store: store)
        let lane = Lane(
            partitions: store.partitioning.outcomePartitions,
            eventLoop: loops.next(),
            ingestLog: store,
            eventLog: store,
            catalogs: catalogs,
            eraser: PersonalDataEraser(catalogs: catalogs, keys: store, ring: ring),
            clock: clock,
            node: "test",
            observer: Observer(tail: tail, board: board),
            logger: logger
        )
        let feed = store.views.outcomesFeed
        let ledger = store.views.billingLedger
        let deadLetters = store.views.deadLetters
        let models: [any ReadModel] = [
            feed, ledger, deadLetters, store.views.journeys, store.views.valueDelivered,
        ]
        let runners = models.map { model in
            ProjectionRunner(
                model: model,
                source: FactSource(log: store, tail: tail),
                board: board,
                partitions: store.partitioning.outcomePartitions,
                logger: logger
            )
        }
        let changes = OutcomeChanges(
            source: FactSource(log: store, tail: tail),
            board: board,
            partitioning: store.partitioning,
            projection: type(of: feed).name,
            limits: changeLimits,
            logger: logger
        )
        let isReady = TestFlag()
        let node = SoleNode(name: "test", startedAt: start)
        let services = APIServices(
            catalogs: catalogs,
            identities: IdentityDesk(
                store: store.users,
                now: { clock.now() },
                cost: try #require(PasswordCost(logBlocks: 4, blockSize: 8, parallelism: 1))
            ),
            intake: Intake(
                log: intakeLog,
                catalogs: catalogs,
                keys: ring,
                partitioning: store.partitioning,
                clock: clock,
                node: "test",
                backlog: { 0 },
                onAccepted: { _ in lane.wake() }
            ),
            outcomes: OutcomeReader(
                eventLog: store,
                ingestLog: store,
                partitioning: store.partitioning,
                keys: store
            ),
            feed: feed,
            sums: feed,
            ledger: ledger,
            deadLetters: deadLetters,
            values: ValueServices(
                records: store.views.valueDelivered,
                internalKey: InternalKey(
                    TestUsers.internalKey,
                    account: try #require(AccountID("acct_live"))
                )
            ),
            journeys: JourneyReader(
                log: store,
                index: store.views.journeys,
                arrivals: store.views.arrivals,
                ledger: ledger
            ),
            trees: TreeReader(store),
            evidence: try .collecting(from: store),
            changes: changes,
            progress: board,
            clock: clock,
            readiness: { isReady.isOn ? [] : ["the store is away"] },
            health: { ServiceHealth(version: "test") },
            cluster: {
                try await node.overview(of: store.partitioning, store, store, now: clock.now())
            },
            metrics: { "# TYPE assay_up gauge\nassay_up 1\n" },
            limits: limits,
            logger: logger
        )
        let world = World(
            services: services,
            live: try await account(catalogs, "live", isSandbox: false),
            sandbox: try await account(catalogs, "sandbox", isSandbox: true),
            other: try await account(catalogs, "other", isSandbox: false),
            clock: clock,
            isReady: isReady
        )
        let parts: [any Service] = runners + [changes, lane]
        try await withThrowingTaskGroup(of: Void.self) { group in
            let serviceGroup = ServiceGroup(services: parts, logger: logger)
            group.addTask { try await serviceGroup.run() }
            do {
                try await body(world)
            } catch {
                await serviceGroup.triggerGracefulShutdown()
                throw error
            }
            await serviceGroup.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private static func account(
        _ catalogs: CatalogDirectory,
        _ name: String,
        isSandbox: Bool
    ) async throws -> TestAccount {
        let id = try #require(AccountID("acct_" + name))
        _ = try await catalogs.change(
            id,
            .createAccount(
                AccountCreated(
                    account: id,
                    name: Text(name),
                    isSandbox: isSandbox,
                    clock: isSandbox ? start : nil
                )
            ),
            by: .commandLine
        )
        var tokens: [Scope: String] = [:]
        for scope in Scope.allCases {
            var random = SystemRandomNumberGenerator()
            let token = try #require(APIToken.mint(account: id, using: &random))
            _ = try await catalogs.change(
                id,
                .createToken(
                    TokenCreated(
                        id: token.id,
                        name: nil,
                        prefix: Text(token.prefix),
                        secretHash: token.secretHash,
                        scopes: [scope]
                    )
                ),
                by: .commandLine
            )
            tokens[scope] = token.text
        }
        return TestAccount(
            id: id,
            admin: try #require(tokens[.admin]),
            ingest: try #require(tokens[.ingest]),
            read: try #require(tokens[.read])
        )
    }

    private static func temporaryDirectory() -> String {
        var template = Array("/tmp/assay-http-XXXXXX".utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        #expect(isMade)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove(_ directory: String) {
        for suffix in ["", "-wal", "-shm", ".lock", ".mark", "-lock", "-mark", ".users"] {
            unlink(directory + "/assay.db" + suffix)
        }
        rmdir(directory)
    }
}
