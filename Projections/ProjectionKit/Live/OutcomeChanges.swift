// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
import EventSchema
public import EventStore
public import ExactValues
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Tells those who listen which outcomes of their account have changed, as far as a read model shows
/// it (SPEC 8, live stream; ADR 0040).
///
/// One per node. It follows the log up to the read model's checkpoints, and only while somebody
/// listens. Nobody is waited for: what a slow listener has not taken is kept once for each outcome,
/// and only so much of it.
public final class OutcomeChanges: Service, Sendable {
    /// The log is looked at this often besides, so that nothing hangs on a wake-up.
    static let tick: Duration = .seconds(1)

    private let source: FactSource
    private let board: ProgressBoard
    private let partitioning: Partitioning
    private let projection: String
    private let limits: ChangeLimits
    private let logger: Logger
    private let openGauge = Gauge(label: "assay_streams_open")
    private let resetCounter = Counter(label: "assay_stream_resets_total")
    private let state: Mutex<ChangesState>

    /// Puts it together; nobody can listen before it is run.
    ///
    /// `projection`: The read model whose rows show what is told.
    public init(
        source: FactSource,
        board: ProgressBoard,
        partitioning: Partitioning,
        projection: String,
        limits: ChangeLimits = ChangeLimits(),
        logger: Logger
    ) {
        self.source = source
        self.board = board
        self.partitioning = partitioning
        self.projection = projection
        self.limits = limits
        self.logger = logger
        state = Mutex(ChangesState(limits: limits))
    }

    /// Follows until graceful shutdown; then all who listen are told that it is over.
    public func run() async throws {
        openGauge.record(0)
        state.withLock { $0.open() }
        let wakes = merge(
            board.wakes(by: projection),
            AsyncTimerSequence(interval: Self.tick, clock: ContinuousClock()).map { _ in }
        ).cancelOnGracefulShutdown()
        var beat = ContinuousClock.now + .seconds(limits.beatSeconds)
        for await _ in wakes {
            await follow()
            guard ContinuousClock.now >= beat else { continue }
            self.beat()
            beat = ContinuousClock.now + .seconds(limits.beatSeconds)
        }
        for wakes in state.withLock({ $0.close() }) {
            wakes.finish()
        }
    }

    /// How many listen at the moment.
    public var listenerCount: Int { state.withLock { $0.listenerCount } }

    /// Gives everybody a sign of life.
    package func beat() { wake(state.withLock { $0.beat() }) }

    private func wake(_ wakes: ChangesState.Wakes) {
        for wake in wakes {
            wake.yield()
        }
    }
}

// MARK: Listening

extension OutcomeChanges {
    /// Listens from now on; a place reached before is noted, so that nothing is told twice.
    ///
    /// - Throws: `.full` when as many listen as may, `.notReady` at the very start and end.
    public func listen(
        to account: AccountID,
        isSandbox: Bool,
        since cursor: ChangeCursor? = nil
    ) throws(ChangesRefusal) -> ChangeListener {
        let partitions = partitions(of: account, isSandbox: isSandbox)
        let checkpoints = board.checkpoints(of: projection)
        // Before the read model has looked how far it is, nothing is known.
        guard board.hasCheckpoints(of: projection) else { throw .notReady }
        let (stream, wakes) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let registered = try state.withLock { state throws(ChangesRefusal) in
            try state.listen(
                to: account,
                in: partitions,
                since: cursor,
                checkpoints: checkpoints,
                wakes: wakes
            )
        }
        openGauge.record(listenerCount)
        return ChangeListener(
            self,
            registered.id,
            account: account,
            partitions: partitions,
            place: registered.place,
            wakes: stream
        )
    }

    /// Where somebody stands who reads the rows from now on: all that changes later is told after
    /// it; nil at the very start.
    public func place(of account: AccountID, isSandbox: Bool) -> ChangeCursor? {
        guard board.hasCheckpoints(of: projection) else { return nil }
        let checkpoints = board.checkpoints(of: projection)
        var places: [Partition: LogPosition] = [:]
        for partition in partitions(of: account, isSandbox: isSandbox) {
            places[partition] = checkpoints[partition] ?? .start
        }
        return ChangeCursor(places: places)
    }

    func leave(_ id: ChangesState.ListenerID) {
        state.withLock { $0.leave(id) }
        openGauge.record(listenerCount)
    }

    func take(
        _ id: ChangesState.ListenerID,
        in partitions: [Partition]
    ) -> ChangeListener.News {
        let taken = state.withLock { $0.take(id, in: partitions) }
        if taken.keys == nil { resetCounter.increment() }
        return taken
    }

    /// What the account's outcomes did between a place and the one where a listener began, as keys in
    /// the order of their last change; nil when that is more than is told, or cannot be told.
    ///
    /// - Throws: When the store cannot be read at the moment.
    public func replay(
        since cursor: ChangeCursor,
        for listener: ChangeListener
    ) async throws(StoreError) -> [Text]? {
        guard try await isOfThisLog(cursor, for: listener) else {
            state.withLock { $0.forgetFloor(of: listener.id) }
            resetCounter.increment()
            return nil
        }
        do throws(ReadModelError) {
            if let keys = try await keys(since: cursor, for: listener) { return keys }
        } catch {
            if case .store(let fault) = error { throw fault }
        }
        resetCounter.increment()
        return nil
    }

    /// Whether the log has the places of a cursor: one that is put back to an older state has not.
    ///
    /// Another node may have been further than this one, so the store has the last word.
    private func isOfThisLog(
        _ cursor: ChangeCursor,
        for listener: ChangeListener
    ) async throws(StoreError) -> Bool {
        let ahead = listener.partitions.filter {
            cursor.places[$0] ?? .start > listener.place.places[$0] ?? .start
        }
        guard !ahead.isEmpty else { return true }
        let states = try await source.states(of: ahead)
        return ahead.allSatisfy {
            cursor.places[$0] ?? .start <= states[$0]?.head ?? .start
        }
    }

    private func keys(
        since cursor: ChangeCursor,
        for listener: ChangeListener
    ) async throws(ReadModelError) -> [Text]? {
        var missed: Int64 = 0
        for (partition, place) in listener.place.places {
            guard let told = cursor.places[partition] else { return nil }
            missed += max(0, place.value - told.value)
        }
        guard missed <= limits.replayFacts else { return nil }
        var order: [Text: Int] = [:]
        var count = 0
        for partition in listener.partitions {
            guard var place = cursor.places[partition], let end = listener.place.places[partition]
            else { continue }
            while place < end {
                let facts = try await source.facts(
                    in: partition,
                    after: place,
                    limit: min(limits.pageFacts, Int(end.value - place.value))
                )
                guard let last = facts.last else { return nil }
                for fact in facts
                where fact.stream.account == listener.account && fact.stream.kind == .outcome {
                    count += 1
                    order[fact.stream.key] = count
                }
                place = last.position
            }
        }
        return order.sorted { $0.value < $1.value }.map(\.key)
    }

    private func partitions(of account: AccountID, isSandbox: Bool) -> [Partition] {
        isSandbox ? [partitioning.partition(sandbox: account)] : partitioning.outcomePartitions
    }
}

// MARK: Following

extension OutcomeChanges {
    /// Follows each partition up to where the read model is.
    private func follow() async {
        guard listenerCount > 0 else { return }
        let checkpoints = board.checkpoints(of: projection)
        for partition in partitioning.outcomePartitions {
            guard let end = checkpoints[partition] else { continue }
            while let place = state.withLock({ $0.place(in: partition) }), place < end {
                guard await step(in: partition, from: place, to: end) else { break }
            }
        }
    }

    /// - Returns: Whether to go on in this partition.
    private func step(
        in partition: Partition,
        from place: LogPosition,
        to end: LogPosition
    ) async -> Bool {
        guard end.value - place.value <= limits.replayFacts else {
            wake(state.withLock { $0.jump(in: partition, from: place, to: end) })
            return false
        }
        do throws(ReadModelError) {
            let facts = try await source.facts(
                in: partition,
                after: place,
                limit: min(limits.pageFacts, Int(end.value - place.value))
            )
            wake(state.withLock { $0.follow(facts, in: partition, after: place) })
            return !facts.isEmpty
        } catch {
            switch error {
            case .store(let fault):
                // The tick tries again.
                logger.debug(
                    "changes cannot be read at the moment",
                    metadata: ["error": "\(fault)", "detail": "\(fault.detail)"]
                )
            case .failure:
                // The read model has passed it all the same, so nobody may hang on it.
                wake(state.withLock { $0.jump(in: partition, from: place, to: end) })
            }
            return false
        }
    }
}
