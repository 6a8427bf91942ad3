// SPDX-License-Identifier: Apache-2.0

public import EventStore
import Synchronization

/// Where everybody writes how far they have got, and where a reader waits for its own write.
///
/// Lanes publish a partition's state after each commit; projections publish their checkpoints. The
/// board is in memory only and knows what was published in this process; nothing but waiting hangs
/// on it, since projections also look into the store from time to time.
public final class ProgressBoard: Sendable {
    /// At most this many callers wait at a time unless told otherwise.
    public static let defaultWaitersLimit = 10_000

    private struct Contents {
        var progress = ProgressState()
        var followers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        /// Those who follow a projection instead of the logs.
        var watchers: [UInt64: (projection: String, wakes: AsyncStream<Void>.Continuation)] = [:]
        var nextFollower: UInt64 = 0
    }

    private let waitersLimit: Int
    private let clock: any Clock<Duration>
    private let contents = Mutex(Contents())

    /// An empty board.
    ///
    /// `clock`: What a caller's patience is measured by.
    public init(
        waitersLimit: Int = ProgressBoard.defaultWaitersLimit,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.waitersLimit = waitersLimit
        self.clock = clock
    }

    // MARK: Publishing

    /// Tells where a partition stands after a commit.
    ///
    /// It never goes back.
    public func publish(_ state: PartitionState, of partition: Partition) {
        publish([partition: state])
    }

    /// Tells where several partitions stand after a commit.
    ///
    /// None ever goes back.
    public func publish(_ states: [Partition: PartitionState]) {
        var decisions: [ProgressState.Decision] = []
        let followers: [AsyncStream<Void>.Continuation] = contents.withLock { contents in
            var hasNews = false
            for (partition, state) in states {
                let isNews = contents.progress.publish(
                    state,
                    of: partition,
                    deciding: &decisions
                )
                hasNews = hasNews || isNews
            }
            return hasNews ? Array(contents.followers.values) : []
        }
        resume(decisions)
        for follower in followers {
            follower.yield()
        }
    }

    /// Tells how far a projection has got.
    public func publish(checkpoints: [Partition: LogPosition], of projection: String) {
        var decisions: [ProgressState.Decision] = []
        let watchers = contents.withLock { contents in
            contents.progress.publish(
                checkpoints: checkpoints,
                of: projection,
                deciding: &decisions
            )
            return contents.watchers.values.filter { $0.projection == projection }
        }
        resume(decisions)
        for watcher in watchers {
            watcher.wakes.yield()
        }
    }

    /// Tells that a projection that had stopped goes on, so that it can be waited for.
    func publishGoing(of projection: String) {
        contents.withLock { $0.progress.goOn(projection) }
    }

    /// Tells that a projection has stopped, so that nobody waits for it.
    public func publishStop(of projection: String) {
        var decisions: [ProgressState.Decision] = []
        contents.withLock { $0.progress.stop(projection, deciding: &decisions) }
        resume(decisions)
    }

    /// Tells that a partition has stopped, so that nobody waits for more of it.
    public func publishStop(of partition: Partition) {
        var decisions: [ProgressState.Decision] = []
        contents.withLock { $0.progress.stop(partition, deciding: &decisions) }
        resume(decisions)
    }

    private func resume(_ decisions: [ProgressState.Decision]) {
        for decision in decisions {
            decision.continuation.resume(returning: decision.verdict)
        }
    }

    // MARK: Looking

    /// Where each partition stands, as far as was published.
    public var partitions: [Partition: PartitionState] {
        contents.withLock { $0.progress.partitions }
    }

    /// How far a projection has got, as far as was published.
    public func checkpoints(of projection: String) -> [Partition: LogPosition] {
        contents.withLock { $0.progress.checkpoints(of: projection) }
    }

    /// Whether a projection has told how far it has got.
    func hasCheckpoints(of projection: String) -> Bool {
        contents.withLock { $0.progress.hasCheckpoints(of: projection) }
    }

    /// How many callers wait at the moment.
    public var waiterCount: Int { contents.withLock { $0.progress.waiterCount } }

    /// An element whenever an event log has grown; several are one if nobody looked in between.
    ///
    /// Ends when the caller lets go of it.
    public func wakes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let id = contents.withLock { contents in
            let id = contents.nextFollower
            contents.nextFollower += 1
            contents.followers[id] = continuation
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.contents.withLock { $0.followers[id] = nil }
        }
        return stream
    }

    /// An element whenever a projection has got further; several are one if nobody looked in between.
    ///
    /// Ends when the caller lets go of it.
    public func wakes(by projection: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let id = contents.withLock { contents in
            let id = contents.nextFollower
            contents.nextFollower += 1
            contents.watchers[id] = (projection, continuation)
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.contents.withLock { $0.watchers[id] = nil }
        }
        return stream
    }

    // MARK: Waiting

    /// Waits until the named projections show everything that the token covers.
    ///
    /// First until each partition has reached the token's place, then until each projection has got
    /// to the head seen at that moment. The token's catalog version is not waited for here.
    /// - Throws: At the latest after `timeout`.
    public func wait(
        for token: ReadToken,
        reach: ReadReach = .drained,
        models: [String],
        timeout: Duration
    ) async throws(ReadBehind) {
        let registration = contents.withLock {
            $0.progress.register(token, reach: reach, models: models, limit: waitersLimit)
        }
        switch registration {
        case .met: return
        case .refused(let reason): throw reason
        case .waiting(let id): try await wait(id, timeout: timeout).get()
        }
    }

    private func wait(
        _ id: ProgressState.WaiterID,
        timeout: Duration
    ) async -> ProgressState.Verdict {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A sleep cut short means that the verdict is there already.
                guard (try? await self.clock.sleep(for: timeout)) != nil else { return }
                self.decide(id, .failure(.timedOut))
            }
            let verdict = await self.verdict(of: id)
            group.cancelAll()
            return verdict
        }
    }

    private func verdict(of id: ProgressState.WaiterID) async -> ProgressState.Verdict {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let verdict = contents.withLock { $0.progress.attach(continuation, to: id) }
                if let verdict { continuation.resume(returning: verdict) }
            }
        } onCancel: {
            decide(id, .failure(.cancelled))
        }
    }

    private func decide(_ id: ProgressState.WaiterID, _ verdict: ProgressState.Verdict) {
        var decisions: [ProgressState.Decision] = []
        contents.withLock { $0.progress.decide(id, verdict, deciding: &decisions) }
        resume(decisions)
    }
}
