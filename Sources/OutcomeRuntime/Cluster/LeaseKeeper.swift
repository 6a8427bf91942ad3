// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
public import EventStore
import ExactValues
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Keeps a node's lease, and sees that its lanes run its share of the partitions.
///
/// A beat renews the lease, looks how the cluster stands, and takes the steps of the plan. What the
/// lanes run follows from the store's rows alone, so a step that fails or whose answer is lost is
/// made good by the next beat.
public final class LeaseKeeper: Service {
    /// So often a lease is renewed before it would run out.
    static let beatsPerLease = 6
    /// A comparison of clocks that took longer than this says nothing; its error is half of that.
    static let comparisonLimitMicroseconds: Int64 = 10_000_000
    /// After SIGTERM a node waits so long for others to be able to take what it gives up.
    static let handOverLimit: Duration = .seconds(5)

    private struct State {
        /// The step that fails at the moment.
        var failure: String?
        var cluster: ClusterState?
        var watch = RenewalWatch()
    }

    private let leases: any PartitionLeases
    private let node: (name: String, leaseSeconds: Int)
    private let lanes: any PartitionRunners
    private let clock: any WallClock
    private let onClockOffset: @Sendable (Int64) -> Void
    private let logger: Logger
    private let signal: WakeSignal
    private let meters = LeaseMeters()
    private let state = Mutex(State())

    /// Puts a keeper together; it does nothing until it is run.
    ///
    /// `lanes`: What is told which partitions to run.
    ///
    /// `signal`: Asks for a beat now: a lane has let go of partitions, or somebody else has.
    ///
    /// `onClockOffset`: Told by how many microseconds the node's clock is ahead of the store's.
    public init(
        leases: any PartitionLeases,
        node: String,
        leaseSeconds: Int,
        lanes: any PartitionRunners,
        clock: any WallClock,
        signal: WakeSignal,
        logger: Logger,
        onClockOffset: @escaping @Sendable (Int64) -> Void
    ) {
        self.leases = leases
        self.node = (node, leaseSeconds)
        self.lanes = lanes
        self.clock = clock
        self.logger = logger
        self.onClockOffset = onClockOffset
        self.signal = signal
    }

    /// Why the node cannot take its part in the cluster at the moment; empty when it can.
    public var troubles: [String] {
        state.withLock { $0.failure.map { ["the node cannot \($0)"] } ?? [] }
    }

    /// How the cluster stood at the last beat; nil before the first.
    public var cluster: ClusterState? { state.withLock { $0.cluster } }

    /// Keeps the lease until graceful shutdown, then hands the partitions over if others live.
    public func run() async throws {
        let interval = Duration.seconds(node.leaseSeconds) / Self.beatsPerLease
        let ticks = AsyncTimerSequence(interval: interval, clock: .continuous).map { _ in () }
        await beat()
        for await _ in merge(signal.wakes, ticks).cancelOnGracefulShutdown() {
            await beat()
        }
        await handOver()
    }

    /// Gives up what the node owns and ends its lease; for when nothing runs any more.
    public func end() async {
        do {
            let owned = try await leases.standings().filter { $0.value.owner == leases.instance }
            try await leases.release(owned.mapValues(\.state.epoch))
            try await leases.endLease()
        } catch {
            logger.warning(
                "the lease is left to run out",
                metadata: ["error": "\(error.detail)"]
            )
        }
    }
}

// MARK: Beats

extension LeaseKeeper {
    func beat(isLeaving: Bool = false) async {
        let seen: ClusterState
        do throws(StoreError) {
            seen = try await renew(isLeaving: isLeaving || isAside)
        } catch {
            return tell(failureOf: "renew its lease", error)
        }
        // A lease that was renewed is no trouble, whatever becomes of the steps.
        state.withLock { $0.failure = nil }
        await follow(isAside ? seen.with(leaving: leases.instance) : seen)
    }

    /// A clock in doubt fires no timers: somebody whose clock is right ought to run the partitions.
    private var isAside: Bool {
        guard clock.doubt != nil, let cluster else { return false }
        return cluster.hasOthers(than: leases.instance)
    }

    private func renew(isLeaving: Bool) async throws(StoreError) -> ClusterState {
        let start = ContinuousClock.now
        let before = clock.now()
        let cluster = try await leases.renewLease(
            NodeLease(name: node.name, seconds: node.leaseSeconds, isLeaving: isLeaving)
        )
        let taken = clock.now().microseconds(since: before)
        meters.renewal.record(duration: ContinuousClock.now - start)
        if (0...Self.comparisonLimitMicroseconds).contains(taken) {
            let offset = before.microseconds(since: cluster.now) + taken / 2
            meters.clockOffset.record(Double(offset) / 1_000_000)
            onClockOffset(offset)
        }
        state.withLock { state in
            state.cluster = cluster
            state.watch.renewed(at: cluster.now, leaseSeconds: node.leaseSeconds)
        }
        return cluster
    }

    /// Takes the steps of the plan; none keeps the others from being taken.
    private func follow(_ seen: ClusterState) async {
        let plan = LeasePlan(of: leases.instance, in: seen, running: lanes.running)
        lanes.run(plan.wanted)
        meters.owned.record(plan.wanted.count)
        await take("give partitions up", plan.releases, leases.release)
        guard state.withLock({ $0.watch.mayClaim(at: seen.now) }) else { return }
        await take("end the sessions of dead nodes", plan.dead, leases.bury)
        await take("claim partitions", plan.claims, leases.claim)
        guard !plan.claims.isEmpty || !plan.releases.isEmpty else { return }
        await runClaimed(plan, seen)
    }

    private func take<Part: Collection & Sendable>(
        _ step: String,
        _ part: Part,
        _ work: (Part) async throws(StoreError) -> Void
    ) async {
        guard !part.isEmpty else { return }
        do throws(StoreError) {
            try await work(part)
        } catch {
            tell(failureOf: step, error)
        }
    }

    /// Sees which claims came through, and lets the lanes run those partitions at once.
    private func runClaimed(_ plan: LeasePlan, _ seen: ClusterState) async {
        guard let standings = try? await leases.standings() else { return }
        state.withLock { $0.cluster = seen.with(standings) }
        let claimed = plan.claims.keys.filter { standings[$0]?.owner == leases.instance }
        var wanted = plan.wanted
        for partition in claimed {
            wanted[partition] = standings[partition]?.state.epoch
        }
        lanes.run(wanted)
        let released = plan.releases.keys.filter { standings[$0]?.owner != leases.instance }
        let hasMore = claimed.count < plan.claims.count || released.count < plan.releases.count
        // What a step had no time for need not wait for the next tick; what it cannot get has to.
        if hasMore, !claimed.isEmpty || !released.isEmpty { signal.wake() }
        meters.owned.record(wanted.count)
        meters.claims.increment(by: claimed.count)
        logger.info(
            "partitions have moved",
            metadata: ["claimed": "\(claimed.count)", "released": "\(released.count)"]
        )
    }

    private func tell(failureOf step: String, _ error: StoreError) {
        let isNews = state.withLock { state in
            defer { state.failure = step }
            return state.failure != step
        }
        guard isNews else { return }
        logger.error(
            "a step of the lease has failed",
            metadata: ["step": "\(step)", "error": "\(error.detail)"]
        )
    }
}

// MARK: Leaving

extension LeaseKeeper {
    /// Lets others have what the lanes run, and waits until they may; without others the lanes go on
    /// until they end.
    private func handOver() async {
        let end = ContinuousClock.now + Self.handOverLimit
        while ContinuousClock.now < end, !Task.isCancelled {
            await beat(isLeaving: true)
            guard let cluster, cluster.hasOthers(than: leases.instance) else { return }
            guard cluster.partitions.values.contains(where: { $0.owner == leases.instance }) else {
                // Requests that have begun are still answered: nobody may bury this node for that.
                return await endLease()
            }
            // The lanes let go between two turns.
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func endLease() async {
        do throws(StoreError) {
            try await leases.endLease()
        } catch {
            tell(failureOf: "end its lease", error)
        }
    }
}

extension ClusterState {
    /// Whether somebody else lives and stays.
    fileprivate func hasOthers(than instance: NodeInstance) -> Bool {
        nodes.contains { $0.isAlive && !$0.isLeaving && $0.instance != instance }
    }

    /// The same, but that a node leaves.
    fileprivate func with(leaving instance: NodeInstance) -> ClusterState {
        let nodes = nodes.map { node in
            ClusterNode(
                instance: node.instance,
                name: node.name,
                startedAt: node.startedAt,
                renewedAt: node.renewedAt,
                isAlive: node.isAlive,
                isLeaving: node.isLeaving || node.instance == instance
            )
        }
        return ClusterState(now: now, nodes: nodes, partitions: partitions)
    }
}
