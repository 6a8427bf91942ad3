// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization

/// An event log whose every few appends fail: before anything is written, or after everything is,
/// as when the answer to a commit is lost.
final class FaultyEventLog: EventLog {
    private let log: any EventLog
    private let appends = Mutex(0)
    private let period: Int

    init(_ log: any EventLog, everyAppends period: Int) {
        self.log = log
        self.period = period
    }

    func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        let number = self.appends.withLock { count in
            count += 1
            return count
        }
        guard number % period == 0 else { return try await log.append(appends) }
        if number % (2 * period) == 0 { try await log.append(appends) }
        throw StoreError(.unavailable, detail: "planned fault \(number)")
    }

    func state(of partitions: [Partition]) async throws(StoreError) -> [Partition: PartitionState] {
        try await log.state(of: partitions)
    }

    func fold<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        from initial: State,
        _ step: @escaping @Sendable (inout State, StoredEvent) throws(StoreError) -> Void
    ) async throws(StoreError) -> [StreamID: State] {
        try await log.fold(wanted, from: initial, step)
    }

    func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await log.events(in: partition, after: position, limit: limit)
    }

    func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await log.events(in: partition, of: stream, after: version, limit: limit)
    }

    func facts(about eventID: EventID) async throws(StoreError) -> [StoredEvent] {
        try await log.facts(about: eventID)
    }

    func dueTimers(_ queries: [TimerQuery], limit: Int) async throws(StoreError) -> [DueTimer] {
        try await log.dueTimers(queries, limit: limit)
    }

    func nextTimers(
        _ clocks: [PartitionClock]
    ) async throws(StoreError) -> [PartitionClock: Timestamp] {
        try await log.nextTimers(clocks)
    }
}
