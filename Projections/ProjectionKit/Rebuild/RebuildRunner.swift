// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
public import EventStore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Builds a second copy of a read model beside the live one when it is told to, compares the two,
/// and puts the new one in the old one's place.
///
/// Orders are carried out between two batches. What has been built is durable: after a kill it goes
/// on from its checkpoints by itself, unless it was paused.
public final class RebuildRunner: Service, Sendable {
    /// At most so many orders wait.
    static let ordersLimit = 16

    private struct PendingOrder {
        /// Nil only asks how things are.
        let order: RebuildOrder?
        let answer: CheckedContinuation<Result<RebuildStatus, RebuildRefusal>, Never>
    }

    private struct State {
        var status: RebuildStatus
        var orders: [PendingOrder] = []
        /// What the process before has left is taken up.
        var isRestored = false
        var isShuttingDown = false
        var isEnded = false
    }

    /// The copies.
    public let site: any RebuildSite
    let live: ProjectionRunner
    let source: FactSource
    let clock: any Clock<Duration>
    let logger: Logger
    private let metrics: RebuildMetrics
    private let state: Mutex<State>
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// Puts a runner together; it does nothing until it is run.
    ///
    /// - Parameters:
    ///   - site: The copies.
    ///   - live: The projection whose rows are built anew: tried again after a swap if it had
    ///     stopped.
    ///   - log: The log.
    ///   - clock: What pauses after failures are measured by.
    ///   - logger: Where progress is told.
    public init(
        site: any RebuildSite,
        live: ProjectionRunner,
        log: any EventLog,
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.site = site
        self.live = live
        source = FactSource(log: log, tail: nil)
        self.clock = clock
        var named = logger
        named[metadataKey: "projection"] = "\(site.projection)"
        self.logger = named
        metrics = RebuildMetrics(projection: site.projection)
        state = Mutex(State(status: RebuildStatus(projection: site.projection)))
        (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// How it is doing, as far as it is known: a server that has just begun does not know yet what
    /// the one before has left.
    public var status: RebuildStatus { state.withLock { $0.status } }

    /// How it is doing, once it is known what the server before has left.
    public func settledStatus() async throws(RebuildRefusal) -> RebuildStatus {
        guard state.withLock({ $0.isRestored }) else { return try await queue(nil) }
        return status
    }

    /// Has an order carried out, and answers how things are then.
    public func carryOut(_ order: RebuildOrder) async throws(RebuildRefusal) -> RebuildStatus {
        try await queue(order)
    }

    private func queue(_ order: RebuildOrder?) async throws(RebuildRefusal) -> RebuildStatus {
        let result: Result<RebuildStatus, RebuildRefusal> = await withCheckedContinuation {
            answer in
            let refusal: RebuildRefusal? = state.withLock { state in
                guard !state.isEnded else { return RebuildRefusal("The server is shutting down.") }
                guard state.orders.count < Self.ordersLimit else {
                    return RebuildRefusal("Too many orders wait already; try again.")
                }
                state.orders.append(PendingOrder(order: order, answer: answer))
                return nil
            }
            if let refusal {
                answer.resume(returning: .failure(refusal))
            } else {
                wake.yield()
            }
        }
        return try result.get()
    }

    /// Carries out orders, and builds, until shutdown.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await work()
        } onGracefulShutdown: {
            // Seen by threads of the store as well, which know nothing of the task.
            self.state.withLock { $0.isShuttingDown = true }
        }
    }

    private func work() async {
        var pass = RebuildPass(runner: self)
        await pass.restore()
        state.withLock { $0.isRestored = true }
        await pass.work()
        for await _ in wakes.cancelOnGracefulShutdown() {
            while let pending = takeOrder() {
                guard let order = pending.order else {
                    pending.answer.resume(returning: .success(status))
                    continue
                }
                pending.answer.resume(returning: await pass.carryOut(order))
            }
            await pass.work()
        }
        let left = state.withLock { state in
            state.isEnded = true
            defer { state.orders = [] }
            return state.orders
        }
        for pending in left {
            pending.answer.resume(
                returning: .failure(RebuildRefusal("The server is shutting down."))
            )
        }
    }

    private func takeOrder() -> PendingOrder? {
        state.withLock { $0.orders.isEmpty ? nil : $0.orders.removeFirst() }
    }

    /// Whether building has to make way: for an order or the shutdown.
    var isInterrupted: Bool {
        state.withLock { $0.isShuttingDown || !$0.orders.isEmpty }
    }

    func update(_ change: (inout RebuildStatus) -> Void) {
        let status = state.withLock { state in
            change(&state.status)
            return state.status
        }
        metrics.record(status)
    }
}
