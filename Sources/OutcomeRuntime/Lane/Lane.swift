// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
import CatalogDomain
import EventSchema
public import EventStore
import ExactValues
public import Logging
import Metrics
public import NIOCore
import OutcomeDomain
public import ServiceLifecycle
import Synchronization
import Tracing

/// Runs some partitions: one loop that takes records and timers in order, decides them through the
/// outcome actors, and appends what comes of it in one transaction.
///
/// The lane and its outcome actors share one serial executor, an event loop of their own. The log
/// itself is the lane's queue: the lane pulls what is new, so nothing is held in memory that is not
/// already durable, and a full queue is the intake's backlog limit.
public actor Lane: Service {
    let configuration: LaneConfiguration
    let ingestLog: any IngestLog
    let eventLog: any EventLog
    let catalogs: CatalogDirectory
    let eraser: PersonalDataEraser
    let clock: any WallClock
    let node: String
    let observer: any LaneObserver
    let logger: Logger
    nonisolated let executor: any SerialExecutor
    private nonisolated let signal = WakeSignal()
    private nonisolated let health = Mutex(LaneHealth())
    nonisolated let orders: Mutex<LaneOrders>
    let onRelease: @Sendable () -> Void
    var runs: [Partition: PartitionRun] = [:]
    /// The partitions that it runs and that have not halted.
    var active: [Partition] = []
    /// The version of the orders that it has followed.
    var followedVersion = -1
    var registry: OutcomeRegistry
    var batch: Int64
    let meters = LaneMeters()
    let tracing = RuntimeTracing()

    /// The lane's event loop runs it and its actors.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Makes a lane on an event loop that serves nothing else.
    ///
    /// `partitions`: What it runs where there is no other node; else none, see `run(_:)`.
    ///
    /// `onRelease`: Told when it has let go of partitions; must not block.
    public init(
        partitions: [Partition],
        eventLoop: any EventLoop,
        ingestLog: any IngestLog,
        eventLog: any EventLog,
        catalogs: CatalogDirectory,
        eraser: PersonalDataEraser,
        clock: any WallClock,
        node: String,
        observer: any LaneObserver,
        configuration: LaneConfiguration = LaneConfiguration(),
        logger: Logger,
        onRelease: @escaping @Sendable () -> Void = {}
    ) {
        orders = Mutex(
            LaneOrders(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .sole) }))
        )
        self.onRelease = onRelease
        self.configuration = configuration
        self.ingestLog = ingestLog
        self.eventLog = eventLog
        self.catalogs = catalogs
        self.eraser = eraser
        self.clock = clock
        self.node = node
        self.observer = observer
        self.logger = logger
        executor = eventLoop.executor
        registry = OutcomeRegistry(limit: configuration.activeLimitOutcomes)
        batch = clock.now().microseconds / 1000
    }

    /// Why the lane cannot do its work at the moment; empty when it can.
    ///
    /// Safe to show.
    public nonisolated var troubles: [String] { health.withLock { $0.troubles } }

    /// How many of its partitions have stopped.
    public nonisolated var haltedPartitions: Int { health.withLock { $0.halted.count } }

    /// Tells the lane that there is something new; never blocks, never queues more than one wake.
    public nonisolated func wake() { signal.wake() }

    /// Runs until graceful shutdown, then goes on with what is accepted for a short while.
    ///
    /// - Throws: `StoreError.fatal` when nothing may be acknowledged any more.
    public func run() async throws {
        let ticks = AsyncTimerSequence(interval: configuration.tick, clock: .continuous)
            .map { _ in () }
        do {
            try await persevere { () async throws(StoreError) in try await self.followOrders() }
            for await _ in merge(signal.wakes, ticks).cancelOnGracefulShutdown() {
                try await workUntilIdle()
            }
        } catch let error as StoreError
            where error.reason == .unavailable
            || error.reason == .diskFull
        {
            // Only a shutdown ends the patience with such a fault; what is accepted is durable.
            logger.warning("stopped during a store fault", metadata: ["error": "\(error.detail)"])
            return
        }
        try await drain()
    }

    private func workUntilIdle() async throws {
        var isBusy = true
        while isBusy, !Task.isShuttingDownGracefully, !Task.isCancelled {
            let (work, duration) = try await persevere { () async throws(StoreError) in
                // Only the turn that succeeds is timed, and not what was waited for it.
                let start = ContinuousClock.now
                return (try await self.turn(), ContinuousClock.now - start)
            }
            isBusy = work != .nothing
            try await rest(after: work, of: duration)
        }
    }

    /// A turn costs much before its first record; resting lets the next one share that (ADR 0015).
    ///
    /// While clients queue up to be accepted it rests after every turn, and as long as it takes:
    /// a burst is accepted at full speed and worked off behind it.
    private func rest(after work: TurnWork, of duration: Duration) async throws {
        let pressedRest = duration * configuration.pressedRestFactor
        let end = ContinuousClock.now + min(pressedRest, configuration.pressedRestLimit)
        if work == .some {
            let rest = duration * configuration.restFactor
            try await Task.sleep(for: min(rest, configuration.restLimit))
        }
        while ingestLog.isPressed, ContinuousClock.now < end, !hasOrders,
            !Task.isShuttingDownGracefully
        {
            try await Task.sleep(for: configuration.restLimit)
        }
    }

    /// Goes on with what is accepted until nothing is left or the time is over; the rest is durable
    /// and goes on after the next start.
    private func drain() async throws {
        let deadline = ContinuousClock.now + configuration.drainTime
        var isBusy = true
        while isBusy, ContinuousClock.now < deadline, !Task.isCancelled {
            do {
                isBusy = try await turn() != .nothing
            } catch {
                logger.warning("draining stopped early", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    /// Repeats after store faults, with growing pauses; a fault of ours is never a dead letter.
    @discardableResult
    private func persevere<Result: Sendable>(
        _ work: () async throws(StoreError) -> Result
    ) async throws -> Result {
        var delay = configuration.retryDelay
        while true {
            do {
                let result = try await work()
                health.withLock { $0.isRetrying = false }
                return result
            } catch  where error.reason == .fatal || error.reason == .closed {
                throw error
            } catch {
                guard !Task.isShuttingDownGracefully else { throw error }
                health.withLock { $0.isRetrying = true }
                logger.error(
                    "lane will try again",
                    metadata: ["error": "\(error.detail)", "delay": "\(delay)"]
                )
                meters.retries.increment()
                // Cut short by a shutdown, after which one more try is the last.
                _ = await cancelWhenGracefulShutdown { [delay] in
                    try? await Task.sleep(for: delay)
                }
                try Task.checkCancellation()
                delay = min(delay * 2, configuration.retryDelayLongest)
                await reloadAfterFault()
            }
        }
    }

    private func reloadAfterFault() async {
        do {
            try await reload()
        } catch {
            logger.error("partitions cannot be read", metadata: ["error": "\(error.detail)"])
        }
    }
}

/// What keeps a lane from its work.
private struct LaneHealth {
    var isRetrying = false
    var halted: [Partition: String] = [:]

    var troubles: [String] {
        let stops = halted.sorted { $0.key < $1.key }
            .map { "partition \($0.key) has stopped: \($0.value)" }
        return isRetrying ? stops + ["a lane cannot use the store and tries again"] : stops
    }
}

extension Lane {
    /// Leaves a partition alone until a restart; the others go on.
    ///
    /// `reason` is safe to show; `detail` is for the log only.
    func halt(_ partition: Partition, because reason: String, detail: String = "") {
        guard active.contains(partition) else { return }
        active.removeAll { $0 == partition }
        health.withLock { $0.halted[partition] = reason }
        meters.halted.increment()
        logger.critical(
            "a partition has stopped",
            metadata: [
                "partition": "\(partition)", "reason": "\(reason)", "detail": "\(detail)",
            ]
        )
        observer.halted(partition)
    }

    /// A partition that is let go of is somebody else's trouble.
    func forgetHalt(of partition: Partition) {
        health.withLock { $0.halted[partition] = nil }
    }
}

// MARK: Taking over

extension Lane {
    /// Reads where partitions stand: when they are taken, and after a fault, when what was in memory
    /// may be ahead of the store or behind it.
    ///
    /// Those that somebody else has claimed are let go of.
    func load(_ partitions: [Partition]) async throws(StoreError) {
        let states = try await eventLog.state(of: partitions)
        for partition in partitions {
            guard let state = states[partition] else {
                throw StoreError(.damaged, detail: "partition \(partition) is missing")
            }
            guard try isOwn(partition, state) else { continue }
            // What is in memory belongs to another state of the log.
            if let run = runs[partition], run.state != state { registry.drop(partition) }
            if runs[partition] == nil {
                runs[partition] = PartitionRun(
                    partition: partition,
                    state: state,
                    recordedAt: try await lastRecordedAt(in: partition, upTo: state.head)
                )
            } else {
                runs[partition]?.state = state
            }
            try await recoverClocks(of: partition, state)
            observer.committed(partition, state: state, facts: [])
        }
    }

    /// Test clocks may have run out while nobody looked: records are processed whose consequences
    /// are not complete.
    private func recoverClocks(
        of partition: Partition,
        _ state: PartitionState
    ) async throws(StoreError) {
        guard state.drained < state.cursor else { return }
        runs[partition]?.recovery = try await ingestLog.sandboxClocks(in: partition)
        runs[partition]?.finishRecovery()
    }
}
