// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import Checkpoints
import DeadLetters
import EventSchema
import EventStore
import ExactValues
import Identity
import Logging
import NIOCore
import NIOPosix
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit
import SQLiteStore
import ServiceLifecycle

/// The composition root below HTTP: store, intake, lanes and projections, wired.
///
/// Everything that runs is a `Service`; `services` lists them in the order of starting, and they
/// are shut down in the reverse order.
struct Engine: Sendable {
    let store: any EngineStore
    let views: SQLiteReadModels
    let clock: SystemWallClock
    /// Who may sign in to the dashboard.
    let identities: IdentityDesk
    let catalogs: CatalogDirectory
    let intake: Intake
    let reader: OutcomeReader
    let feed: SQLiteOutcomesFeed
    let ledger: SQLiteBillingLedger
    let deadLetters: SQLiteDeadLetters
    let board: ProgressBoard
    let delays = DelayBoard()
    let lanes: [Lane]
    let projections: [ProjectionRunner]
    let rebuilds: [RebuildRunner]
    /// What tells live streams of changes.
    let changes: OutcomeChanges
    /// Where there may be several nodes.
    let keeper: LeaseKeeper?
    private let follower: LogFollower?
    /// What signs checkpoints, if any are made.
    let checkpoints: CheckpointKeeper?
    /// This process.
    let node: SoleNode
    private let laneLoops: MultiThreadedEventLoopGroup

    /// The newest facts of each partition that are kept in memory for the projections.
    static let tailLimitFacts = 1024

    /// Opens the store and wires the parts; nothing runs yet.
    ///
    /// - Throws: `CommandFailure` when the store cannot be opened.
    static func open(_ configuration: AssayConfiguration, logger: Logger) async throws -> Engine {
        let (store, views) = try await StoreDesk.openWithViews(configuration, logger)
        do {
            return try await Engine(store, views, configuration, logger)
        } catch {
            await views.close()
            await store.close()
            throw error
        }
    }

    private init(
        _ store: any EngineStore,
        _ views: SQLiteReadModels,
        _ configuration: AssayConfiguration,
        _ logger: Logger
    ) async throws {
        let partitioning = store.partitioning
        let seen = configuration.acceptClock ? nil : try await store.latestLiveClock()
        let clock = SystemWallClock(
            seen: seen,
            isCompared: store.leases != nil && !configuration.acceptClock
        )
        let board = ProgressBoard()
        let tail = EventTail<LoggedFact>(limitPerPartition: Self.tailLimitFacts)
        let catalogs = CatalogDirectory(
            log: store,
            partitioning: partitioning,
            node: configuration.node,
            clock: clock
        )
        let ring = KeyRing(store: store)
        let eraser = PersonalDataEraser(catalogs: catalogs, keys: store, ring: ring)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: configuration.lanes)
        let hashes = HashFeed()
        let observer = EngineObserver(
            tail: tail,
            board: board,
            hashes: configuration.checkpoints.isOn ? hashes : nil
        )
        let moves = WakeSignal()
        let lanes = Self.lanes(
            store,
            catalogs,
            eraser,
            clock,
            loops,
            observer,
            configuration,
            logger
        ) {
            moves.wake()
        }
        keeper = Self.keeper(store, lanes, clock, moves, configuration, logger)
        checkpoints = try Self.checkpoints(
            store,
            hashes,
            board,
            clock,
            keeper,
            configuration,
            logger
        )
        follower = store.leases.map { leases in
            LogFollower(
                leases: leases,
                eventLog: store,
                partitioning: partitioning,
                catalogs: catalogs,
                observer: observer,
                logger: logger,
                onMove: { moves.wake() }
            )
        }
        self.store = store
        self.views = views
        self.clock = clock
        identities = IdentityDesk(store: store.identities, now: { clock.now() })
        node = SoleNode(name: configuration.node, startedAt: clock.now())
        self.board = board
        self.catalogs = catalogs
        self.lanes = lanes
        laneLoops = loops
        intake = Intake(
            log: store,
            catalogs: catalogs,
            keys: ring,
            partitioning: partitioning,
            clock: clock,
            node: configuration.node,
            backlogLimitRecords: configuration.backlogLimitRecords,
            backlog: { store.ingestBacklog() },
            onAccepted: { _ in
                for lane in lanes { lane.wake() }
            }
        )
        reader = OutcomeReader(
            eventLog: store,
            ingestLog: store,
            partitioning: partitioning,
            keys: store
        )
        feed = views.outcomesFeed
        ledger = views.billingLedger
        deadLetters = views.deadLetters
        let models: [(name: ReadModelName, model: any ReadModel)] = [
            (.feed, feed), (.ledger, ledger), (.deadLetters, deadLetters),
            (.journeys, views.journeys), (.value, views.valueDelivered),
        ]
        let runners = models.map { _, model in
            ProjectionRunner(
                model: model,
                source: FactSource(log: store, tail: tail),
                board: board,
                partitions: partitioning.outcomePartitions,
                logger: logger
            )
        }
        projections = runners
        changes = OutcomeChanges(
            source: FactSource(log: store, tail: tail),
            board: board,
            partitioning: partitioning,
            projection: SQLiteOutcomesFeed.name,
            logger: logger
        )
        rebuilds = zip(models, runners).map { model, runner in
            RebuildRunner(
                site: views.rebuildSite(of: model.name),
                live: runner,
                log: store,
                logger: logger
            )
        }
    }

    private static func lanes(
        _ store: any EngineStore,
        _ catalogs: CatalogDirectory,
        _ eraser: PersonalDataEraser,
        _ clock: SystemWallClock,
        _ loops: MultiThreadedEventLoopGroup,
        _ observer: EngineObserver,
        _ configuration: AssayConfiguration,
        _ logger: Logger,
        onRelease: @escaping @Sendable () -> Void
    ) -> [Lane] {
        // Where there are several nodes, leases say which partitions the lanes run.
        let own = store.leases == nil ? store.partitioning.outcomePartitions : []
        var bounds = configuration.lane
        // The lanes together leave intake as much of a pressed machine as one would.
        bounds.pressedRestFactor = (bounds.pressedRestFactor + 1) * configuration.lanes - 1
        return (0..<configuration.lanes).map { lane in
            Lane(
                partitions: own.filter { $0.number % configuration.lanes == lane },
                eventLoop: loops.next(),
                ingestLog: store,
                eventLog: store,
                catalogs: catalogs,
                eraser: eraser,
                clock: clock,
                node: configuration.node,
                observer: observer,
                configuration: bounds,
                logger: logger,
                onRelease: onRelease
            )
        }
    }

    private static func keeper(
        _ store: any EngineStore,
        _ lanes: [Lane],
        _ clock: SystemWallClock,
        _ moves: WakeSignal,
        _ configuration: AssayConfiguration,
        _ logger: Logger
    ) -> LeaseKeeper? {
        store.leases.map { leases in
            LeaseKeeper(
                leases: leases,
                node: configuration.node,
                leaseSeconds: configuration.leaseSeconds,
                lanes: LaneGroup(lanes),
                clock: clock,
                signal: moves,
                logger: logger,
                onClockOffset: { ahead in
                    guard !configuration.acceptClock else { return }
                    clock.compare(ahead: ahead)
                }
            )
        }
    }

    /// What runs, in the order of starting, under the names the log knows it by.
    var services: [(name: String, service: any Service)] {
        [("store watch", StoreWatch(store: store))]
            + projections.map { ("projection \($0.projection)", $0) }
            + rebuilds.map { ("rebuild \($0.status.projection)", $0) }
            + [("live changes", changes), ("delay watch", delayWatch)]
            + (follower.map { [("log follower", $0)] } ?? [])
            + (checkpoints.map { [("checkpoints", $0)] } ?? [])
            + [("users", identities)]
            + lanes.enumerated().map { ("lane \($0.offset)", $0.element) }
    }

    private var delayWatch: DelayWatch {
        DelayWatch(
            store: store,
            board: board,
            projections: projections.map(\.projection),
            delays: delays
        )
    }

    /// What is started last and so told first of a shutdown: other nodes take over while requests
    /// that have begun are still answered.
    var leaseServices: [(name: String, service: any Service)] {
        keeper.map { [("lease keeper", $0)] } ?? []
    }

    /// Closes what was opened, once nothing runs any more: the lanes' event loops last.
    func close() async {
        await keeper?.end()
        await views.close()
        await store.close()
        try? await laneLoops.shutdownGracefully()
    }
}
