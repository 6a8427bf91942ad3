// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
public import EventStore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Drives one read model along the event log, from its checkpoints on.
///
/// The board wakes it; a slow tick looks into the store, so that nothing hangs on a wake-up. Store
/// faults are tried again with growing pauses. At a fact that cannot be applied it stops and stays
/// stopped until it is resumed: nothing is skipped, and other projections go on. On graceful
/// shutdown it applies what is committed by then, so it has to be shut down after the lanes.
public final class ProjectionRunner: Service, Sendable {
    let model: any ReadModel
    let source: FactSource
    let board: ProgressBoard
    let partitions: [Partition]
    let settings: ProjectionSettings
    let clock: any Clock<Duration>
    let logger: Logger
    let metrics: ProjectionMetrics
    private let state: Mutex<ProjectionHealth>
    private let resumes: AsyncStream<Void>
    private let resumption: AsyncStream<Void>.Continuation

    /// The projection's name.
    public let projection: String

    /// Puts a runner together; it does nothing until it is run.
    ///
    /// `partitions`: Every partition that holds outcomes.
    ///
    /// `clock`: What pauses after failures are measured by.
    public init(
        model: any ReadModel,
        source: FactSource,
        board: ProgressBoard,
        partitions: [Partition],
        settings: ProjectionSettings = ProjectionSettings(),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.model = model
        self.source = source
        self.board = board
        self.partitions = partitions
        self.settings = settings
        self.clock = clock
        projection = type(of: model).name
        metrics = ProjectionMetrics(projection: projection)
        state = Mutex(ProjectionHealth(projection: projection))
        (resumes, resumption) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        var named = logger
        named[metadataKey: "projection"] = "\(projection)"
        self.logger = named
    }

    /// How it is doing.
    public var health: ProjectionHealth { state.withLock { $0 } }

    /// Tries again, after whatever it stopped at has been mended, beginning with that.
    ///
    /// - Returns: Whether it had stopped. It is `starting` until its first batch is applied, and
    ///   then `following`, or `stopped` again.
    @discardableResult
    public func resume() -> Bool {
        let hadStopped = state.withLock { health in
            guard health.failure != nil else { return false }
            health.phase = .starting
            return true
        }
        if hadStopped { resumption.yield() }
        return hadStopped
    }

    func enter(_ phase: ProjectionHealth.Phase) {
        state.withLock { $0.phase = phase }
        metrics.record(isStopped: health.failure != nil)
    }

    func report(lagEvents: Int64) {
        state.withLock { $0.lagEvents = lagEvents }
        metrics.record(lagEvents: lagEvents)
    }

    /// Follows the log until shutdown.
    public func run() async throws {
        let wakes = merge(
            board.wakes().map { Wake.published },
            AsyncTimerSequence(interval: settings.tick, clock: ContinuousClock())
                .map { _ in Wake.tick },
            resumes.map { Wake.resumed }
        ).cancelOnGracefulShutdown()
        var pass = ProjectionPass(runner: self)
        await pass.run(.lookingIntoStore)
        for await wake in wakes {
            if wake == .resumed { pass.resume() }
            guard !pass.isStopped else { continue }
            switch wake {
            case .published: await pass.run(.asPublished)
            case .tick: await pass.run(.ticking)
            case .resumed: await pass.run(.lookingIntoStore)
            }
        }
        guard !pass.isStopped else { return }
        await pass.run(.last)
        enter(.finished)
    }

    private enum Wake {
        case published
        case tick
        case resumed
    }
}
