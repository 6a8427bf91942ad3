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
    /// So many events are read at a time, of however many partitions.
    static let readLimitEvents = 4_096
    /// While this node runs all partitions there is little to follow, and they are looked at this
    /// often.
    static let aloneInterval: Duration = .milliseconds(100)
    /// After a look it waits at least this many times as long as the look took; what it reads then
    /// of the news is not counted, since whoever waits for them would read them otherwise.
    static let restFactor = 4

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
        // What was read before the first look may be older than that.
        catalogs.forgetAll()
        var known: [Partition: PartitionStanding] = [:]
        var rest = ContinuousClock.now
        let ticks = AsyncTimerSequence(interval: Self.interval, clock: .continuous)
        for await _ in ticks.cancelOnGracefulShutdown() where ContinuousClock.now >= rest {
            let start = ContinuousClock.now
            let standings = await look()
            // Many partitions take their time: looking must not become all that is done.
            rest = start + (ContinuousClock.now - start) * Self.restFactor
            if let standings { await follow(standings, &known) }
            if isAlone(known) { rest = max(rest, start + Self.aloneInterval) }
        }
    }

    private func isAlone(_ known: [Partition: PartitionStanding]) -> Bool {
        known.allSatisfy { $0.key == catalogPartition || $0.value.owner == leases.instance }
    }

    private func follow(
        _ standings: [Partition: PartitionStanding],
        _ known: inout [Partition: PartitionStanding]
    ) async {
        let hasMoved = standings.contains { known[$0.key]?.owner != $0.value.owner }
        if hasMoved, !known.isEmpty { onMove() }
        // Catalogs first: what others have accepted is judged by them.
        if let standing = standings[catalogPartition] {
            let before = known.updateValue(standing, forKey: catalogPartition)
            await followCatalogs(from: before?.state, to: standing.state)
        }
        var news: [News] = []
        for (partition, standing) in standings where partition != catalogPartition {
            let before = known.updateValue(standing, forKey: partition)?.state
            guard standing.owner != leases.instance, standing.state != before else { continue }
            news.append(News(partition: partition, before: before, state: standing.state))
        }
        for part in Self.parts(of: news) {
            let facts = await facts(of: part)
            for news in part {
                observer.committed(
                    news.partition,
                    state: news.state,
                    facts: facts[news.partition] ?? []
                )
            }
        }
    }

    /// A partition that somebody else has moved on.
    private struct News {
        let partition: Partition
        let before: PartitionState?
        let state: PartitionState

        /// What is to be read of it; nil when that is nothing, or so much that those who want its
        /// events read them.
        var span: LogSpan? {
            guard let before else { return nil }
            let ahead = state.head.value - before.head.value
            guard 0 < ahead, ahead <= LogFollower.aheadLimitEvents else { return nil }
            return LogSpan(in: partition, after: before.head, limit: Int(ahead))
        }
    }

    /// Partitions whose events are read together.
    private static func parts(of news: [News]) -> [[News]] {
        var parts: [[News]] = []
        var events = 0
        for news in news {
            events += news.span?.limit ?? 0
            if parts.isEmpty || events > readLimitEvents {
                parts.append([])
                events = news.span?.limit ?? 0
            }
            parts[parts.count - 1].append(news)
        }
        return parts
    }

    private func look() async -> [Partition: PartitionStanding]? {
        do throws(StoreError) {
            return try await leases.standings()
        } catch {
            // The lanes and the keeper say what is wrong with the store.
            logger.debug("the heads cannot be read", metadata: ["error": "\(error.detail)"])
            return nil
        }
    }

    /// What somebody else has appended, in one read; nothing of a partition whose events cannot be
    /// read here: the projections then read the log, and say so if they cannot either.
    private func facts(of news: [News]) async -> [Partition: [LoggedFact]] {
        let spans = news.compactMap(\.span)
        guard !spans.isEmpty else { return [:] }
        let events: [Partition: [StoredEvent]]
        do throws(StoreError) {
            events = try await eventLog.events(of: spans)
        } catch {
            logger.debug("news of others cannot be read", metadata: ["error": "\(error.detail)"])
            return [:]
        }
        var reader = OutcomeFactReader()
        var facts: [Partition: [LoggedFact]] = [:]
        for span in spans {
            let found = events[span.partition] ?? []
            let read = found.compactMap { try? LoggedFact($0, &reader) }
            if read.count == span.limit { facts[span.partition] = read }
        }
        return facts
    }

    /// Reads the catalogs again that have changed, as far as they are in memory; where it cannot be
    /// told which, all are forgotten.
    private func followCatalogs(from before: PartitionState?, to state: PartitionState) async {
        guard let before, state.head > before.head else { return }
        let ahead = state.head.value - before.head.value
        guard ahead <= Self.aheadLimitEvents,
            let events = try? await eventLog.events(
                in: catalogPartition,
                after: before.head,
                limit: Int(ahead)
            ), events.count == Int(ahead)
        else { return catalogs.forgetAll() }
        for account in Set(events.map(\.stream.account)) {
            do throws(StoreError) {
                try await catalogs.follow(account)
            } catch {
                logger.warning(
                    "a catalog that has changed cannot be read",
                    metadata: ["error": "\(error.detail)"]
                )
                catalogs.forgetAll()
            }
        }
    }
}
