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
/// lanes run follows from the store's rows alone, so a lost answer is made good by the next beat.
public final class LeaseKeeper: Service {
    /// So often a lease is renewed before it would run out.
    static let beatsPerLease = 6
    /// A comparison of clocks that took longer than this says nothing; its error is half of that.
    static let comparisonLimitMicroseconds: Int64 = 10_000_000
    /// After SIGTERM a node waits so long for others to be able to take what it gives up.
    static let handOverLimit: Duration = .seconds(5)

    private struct State {
        var failure: String?
        var cluster: ClusterState?
    }

    private let leases: any PartitionLeases
    private let node: (name: String, leaseSeconds: Int)
    private let lanes: [Lane]
    private let clock: any WallClock
    private let onClockOffset: @Sendable (Int64) -> Void
    private let logger: Logger
    private let signal: WakeSignal
    private let meters = LeaseMeters()
    private let state = Mutex(State())

    /// Puts a keeper together; it does nothing until it is run.
    ///
    /// `lanes`: Partition `p` is run by the lane at `p` modulo their number.
    ///
    /// `signal`: Asks for a beat now: a lane has let go of partitions, or somebody else has.
    ///
    /// `onClockOffset`: Told by how many microseconds the node's clock is ahead of the store's.
    public init(
        leases: any PartitionLeases,
        node: String,
        leaseSeconds: Int,
        lanes: [Lane],
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

    /// Why the lease cannot be renewed at the moment; empty when it can.
    public var troubles: [String] {
        state.withLock { $0.failure == nil ? [] : ["the node cannot renew its lease"] }
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
        await handOver(every: interval)
    }

    /// Ends the lease; for when nothing runs any more.
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
    private func beat(isLeaving: Bool = false) async {
        do throws(StoreError) {
            try await follow(try await renew(isLeaving: isLeaving))
            state.withLock { $0.failure = nil }
        } catch {
            let isNews = state.withLock { state in
                defer { state.failure = error.detail }
                return state.failure == nil
            }
            guard isNews else { return }
            logger.error("the lease cannot be renewed", metadata: ["error": "\(error.detail)"])
        }
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
        return cluster
    }

    /// Takes the steps of the plan.
    private func follow(_ seen: ClusterState) async throws(StoreError) {
        var cluster = seen
        let plan = LeasePlan(of: leases.instance, in: cluster, running: running)
        if !plan.dead.isEmpty {
            try await leases.bury(plan.dead)
            logger.notice("nodes have died", metadata: ["instances": "\(plan.dead)"])
        }
        if !plan.claims.isEmpty { try await leases.claim(plan.claims) }
        if !plan.releases.isEmpty { try await leases.release(plan.releases) }
        var wanted = plan.wanted
        if !plan.claims.isEmpty || !plan.releases.isEmpty {
            let standings = try await leases.standings()
            cluster = cluster.with(standings)
            let claimed = plan.claims.keys.filter {
                standings[$0]?.owner == leases.instance
            }
            for partition in claimed {
                wanted[partition] = standings[partition]?.state.epoch
            }
            tell(claimed.count, plan.releases.count)
        }
        state.withLock { [cluster] in $0.cluster = cluster }
        run(wanted)
    }

    private var running: Set<Partition> { Set(lanes.flatMap(\.running.keys)) }

    private func run(_ wanted: [Partition: Int]) {
        meters.owned.record(wanted.count)
        for (number, lane) in lanes.enumerated() {
            lane.run(wanted.filter { $0.key.number % lanes.count == number })
        }
    }

    private func tell(_ claimed: Int, _ released: Int) {
        meters.claims.increment(by: claimed)
        logger.info(
            "partitions have moved",
            metadata: ["claimed": "\(claimed)", "released": "\(released)"]
        )
    }

    /// Lets others have what the lanes run, and waits until they may; without others the lanes go on
    /// until they end.
    private func handOver(every interval: Duration) async {
        let end = ContinuousClock.now + Self.handOverLimit
        var isOver = false
        while !isOver, ContinuousClock.now < end, !Task.isCancelled {
            await beat(isLeaving: true)
            let cluster = cluster
            let hasOthers = cluster?.nodes.contains { $0.isAlive && !$0.isLeaving } ?? false
            let isOwner =
                cluster?.partitions.values.contains { $0.owner == leases.instance } ?? false
            isOver = !hasOthers || !isOwner
            guard !isOver else { continue }
            // The lanes wake us when they have let go.
            try? await Task.sleep(for: min(interval, .milliseconds(20)))
        }
    }
}
