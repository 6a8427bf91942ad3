// SPDX-License-Identifier: Apache-2.0

import EventStore
import Logging
import ServiceLifecycle

/// A runner's walk along the log: where it has got, and the next batch from there.
struct ProjectionPass {
    enum Occasion {
        /// The board has news.
        case asPublished
        /// Whatever the board knows, the store is asked first.
        case lookingIntoStore
        /// A while has passed: what the store had a tick ago, and nobody has told, was missed.
        case ticking
        /// The service shuts down: the store is asked, and a bounded rest applied.
        case last
    }

    private let runner: ProjectionRunner
    private var checkpoints: [Partition: LogPosition]?
    private var nextPartition = 0
    /// Where the partitions stood in the store at the last tick.
    private var lastSeen: [Partition: PartitionState] = [:]
    private var pause: Duration

    /// What could not be applied; nothing runs until it is to be tried again.
    private var failure: ProjectionFailure?
    /// It had stopped, and has not applied anything since.
    private var isTriedAgain = false

    var isStopped: Bool { failure != nil }

    init(runner: ProjectionRunner) {
        self.runner = runner
        pause = runner.settings.firstBackOff
    }

    /// Forgets that it has stopped, and begins where that was.
    mutating func resume() {
        guard let failure else { return }
        nextPartition = runner.partitions.firstIndex(of: failure.partition) ?? nextPartition
        self.failure = nil
        isTriedAgain = true
        checkpoints = nil
        runner.logger.notice("A projection is tried again")
    }

    /// Applies batch after batch until there is nothing more, or the service shuts down.
    mutating func run(_ occasion: Occasion) async {
        switch occasion {
        case .asPublished: break
        case .lookingIntoStore, .last: await lookIntoStore()
        case .ticking: await lookForMissed()
        }
        defer { reportLag() }
        var batches = 0
        while !isStopped, !Task.isCancelled {
            let start = ContinuousClock.now
            guard let count = await step() else { return }
            batches += 1
            if count < runner.settings.batchLimitFacts, occasion != .last {
                await rest(after: ContinuousClock.now - start)
            }
            switch occasion {
            case .last where batches >= runner.settings.shutdownLimitBatches: return
            case .asPublished where Task.isShuttingDownGracefully: return
            case .lookingIntoStore where Task.isShuttingDownGracefully: return
            case .ticking where Task.isShuttingDownGracefully: return
            default: continue
            }
        }
    }

    /// A batch costs much before its first fact; resting lets the next one share that (ADR 0015).
    private func rest(after work: Duration) async {
        let rest = min(work * runner.settings.restFactor, runner.settings.restLimit)
        // Cancelled, it ends early, and so does the loop around it.
        try? await Task.sleep(for: rest)
    }

    private func lookIntoStore() async {
        do throws(StoreError) {
            runner.board.publish(try await runner.source.states(of: runner.partitions))
        } catch {
            // The tick asks again; meanwhile the board's wake-ups do.
            runner.logger.debug("The partitions' state cannot be read", metadata: error.metadata)
        }
    }

    /// Tells the board what the store had a tick ago.
    ///
    /// What it has now comes by itself, and from memory, through whoever appends it or follows those
    /// who do. To run ahead of them would be to read the log once for each projection.
    private mutating func lookForMissed() async {
        runner.board.publish(lastSeen)
        do throws(StoreError) {
            lastSeen = try await runner.source.states(of: runner.partitions)
        } catch {
            runner.logger.debug("The partitions' state cannot be read", metadata: error.metadata)
        }
    }

    /// One batch.
    ///
    /// - Returns: The number of facts in it; nil when there is nothing more to do at the moment.
    private mutating func step() async -> Int? {
        do throws(ReadModelError) {
            let known = try await loadedCheckpoints()
            let batch = await gather(after: known)
            if !batch.isEmpty {
                try await apply(batch)
                advance(to: batch.checkpoints)
            }
            if let obstacle = batch.obstacle, batch.isEmpty || obstacle.isFinal { throw obstacle }
            pause = runner.settings.firstBackOff
            if isTriedAgain { runner.board.publishGoing(of: runner.projection) }
            isTriedAgain = false
            runner.enter(.following)
            return batch.isEmpty ? nil : batch.facts.count
        } catch {
            return await recover(from: error) ? 0 : nil
        }
    }

    private mutating func loadedCheckpoints() async throws(ReadModelError)
        -> [Partition: LogPosition]
    {
        if let checkpoints { return checkpoints }
        do throws(StoreError) {
            let stored = try await runner.model.checkpoints()
            checkpoints = stored
            runner.board.publish(checkpoints: stored, of: runner.projection)
            return stored
        } catch {
            throw .store(error)
        }
    }

    private mutating func advance(to places: [Partition: LogPosition]) {
        checkpoints?.merge(places) { $1 }
        runner.board.publish(checkpoints: places, of: runner.projection)
        reportLag()
    }

    private func reportLag() {
        var lag: Int64 = 0
        let states = runner.board.partitions
        for partition in runner.partitions {
            let head = states[partition]?.head ?? .start
            lag += max(0, head.value - (checkpoints?[partition] ?? .start).value)
        }
        runner.report(lagEvents: lag)
    }
}

// MARK: Batches

extension ProjectionPass {
    /// Facts of the partitions that are ahead, beginning with the one after the last served, so that
    /// none starves.
    private mutating func gather(after known: [Partition: LogPosition]) async -> FactBatch {
        var batch = FactBatch()
        let states = runner.board.partitions
        let count = runner.partitions.count
        let first = nextPartition
        for offset in 0..<count {
            let index = (first + offset) % count
            let partition = runner.partitions[index]
            let place = known[partition] ?? .start
            guard let head = states[partition]?.head, head > place else { continue }
            let room = runner.settings.batchLimitFacts - batch.facts.count
            guard room > 0 else { break }
            do throws(ReadModelError) {
                batch.append(
                    try await runner.source.facts(in: partition, after: place, limit: room)
                )
            } catch {
                // What lies behind it in other partitions is not to wait for its mending.
                batch.obstacle = batch.obstacle ?? error
            }
            nextPartition = (index + 1) % count
        }
        return batch
    }

    private func apply(_ batch: FactBatch) async throws(ReadModelError) {
        let model = runner.model
        let result = await ProjectionTracing.withSpan(
            projection: runner.projection,
            facts: batch.facts
        ) { () -> Result<Void, ReadModelError> in
            do throws(ReadModelError) {
                try await model.apply(batch.facts, checkpoints: batch.checkpoints)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        runner.metrics.record(batchEvents: batch.facts.count)
    }
}

// MARK: Obstacles

extension ProjectionPass {
    /// Stops at a fact that cannot be applied; pauses after a fault of the store.
    /// - Returns: Whether to try again.
    private mutating func recover(from error: ReadModelError) async -> Bool {
        switch error {
        case .failure(let failure):
            self.failure = failure
            runner.enter(.stopped(failure))
            runner.board.publishStop(of: runner.projection)
            runner.logger.critical(
                "A projection cannot apply a fact and has stopped",
                metadata: [
                    "partition": "\(failure.partition)",
                    "position": "\(failure.position)",
                    "reason": "\(failure.reason)",
                ]
            )
            return false
        case .store(let fault):
            runner.enter(.retrying(fault))
            runner.logger.warning(
                "A projection waits for the store",
                metadata: fault.metadata
            )
            guard !Task.isShuttingDownGracefully else { return false }
            guard (try? await runner.clock.sleep(for: pause)) != nil else { return false }
            pause = min(pause * 2, runner.settings.longestBackOff)
            // What was written is not known: the checkpoints tell.
            checkpoints = nil
            return true
        }
    }
}

extension StoreError {
    fileprivate var metadata: Logger.Metadata {
        ["error": "\(self)", "detail": "\(detail)"]
    }
}
