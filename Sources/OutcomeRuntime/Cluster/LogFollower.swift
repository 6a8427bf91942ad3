// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
import EventSchema
public import EventStore
import ExactValues
public import Logging
public import ServiceLifecycle

/// Follows what other nodes write: what they append, which partitions they let go of, and which
/// catalogs they change.
///
/// It asks the store for the heads, again and again, and hands on what is new as a lane would. What
/// this node's own lanes append is told by them.
public final class LogFollower: Service {
    /// The heads are looked at this often.
    static let interval: Duration = .milliseconds(25)
    /// Of a partition that is further ahead than this only the head is told: those who want its
    /// events read them.
    static let aheadLimitEvents: Int64 = 1_024

    private let leases: any PartitionLeases
    private let eventLog: any EventLog
    private let catalogs: CatalogDirectory
    private let catalogPartition: Partition
    private let observer: any LaneObserver
    private let logger: Logger
    private let onMove: @Sendable () -> Void

    /// Puts a follower together; it does nothing until it is run.
    ///
    /// `onMove`: Told when partitions have changed hands; must not block.
    public init(
        leases: any PartitionLeases,
        eventLog: any EventLog,
        partitioning: Partitioning,
        catalogs: CatalogDirectory,
        observer: any LaneObserver,
        logger: Logger,
        onMove: @escaping @Sendable () -> Void
    ) {
        self.leases = leases
        self.eventLog = eventLog
        self.catalogs = catalogs
        catalogPartition = partitioning.catalogPartition
        self.observer = observer
        self.logger = logger
        self.onMove = onMove
    }

    /// Follows until graceful shutdown.
    public func run() async throws {
        var known: [Partition: PartitionStanding] = [:]
        let ticks = AsyncTimerSequence(interval: Self.interval, clock: .continuous)
        for await _ in ticks.cancelOnGracefulShutdown() {
            do throws(StoreError) {
                try await follow(&known)
            } catch {
                // The lanes and the keeper say what is wrong with the store.
                logger.debug("the heads cannot be read", metadata: ["error": "\(error.detail)"])
            }
        }
    }

    private func follow(
        _ known: inout [Partition: PartitionStanding]
    ) async throws(StoreError) {
        let standings = try await leases.standings()
        let hasMoved = standings.contains { known[$0.key]?.owner != $0.value.owner }
        if hasMoved, !known.isEmpty { onMove() }
        for (partition, standing) in standings {
            let before = known[partition]
            if partition == catalogPartition {
                try await refreshCatalogs(from: before?.state, to: standing.state)
            } else if standing.owner != leases.instance, standing.state != before?.state {
                try await publish(partition, from: before?.state, to: standing.state)
            }
            known[partition] = standing
        }
    }

    /// Hands on what somebody else has appended to a partition.
    private func publish(
        _ partition: Partition,
        from before: PartitionState?,
        to state: PartitionState
    ) async throws(StoreError) {
        let ahead = before.map { state.head.value - $0.head.value } ?? .max
        var facts: [RecordedFact] = []
        if let before, 0 < ahead, ahead <= Self.aheadLimitEvents {
            let events = try await eventLog.events(
                in: partition,
                after: before.head,
                limit: Int(ahead)
            )
            // What cannot be read here the projections meet as well, and say so.
            facts = events.compactMap { try? OutcomeEventSchema.recorded(from: $0) }
            if facts.count != Int(ahead) { facts = [] }
        }
        observer.committed(partition, state: state, facts: facts)
    }

    /// Reads the catalogs again that have changed, as far as they are in memory.
    private func refreshCatalogs(
        from before: PartitionState?,
        to state: PartitionState
    ) async throws(StoreError) {
        guard let before, state.head > before.head else { return }
        let events = try await eventLog.events(
            in: catalogPartition,
            after: before.head,
            limit: Int(state.head.value - before.head.value)
        )
        for account in Set(events.map(\.stream.account))
        where catalogs.cachedCatalog(of: account) != nil {
            try await catalogs.refresh(account)
        }
    }
}
