// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Synchronization

/// An event log that passes on to another what it does not do in its own way.
protocol ForwardingEventLog: EventLog {
    var log: any EventLog { get }
}

extension ForwardingEventLog {
    func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        try await log.append(appends)
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

    func foldContents<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        versions: ClosedRange<Int>,
        limit: Int,
        from initial: State,
        _ step: @escaping @Sendable (inout State, EventContent) throws(StoreError) -> Bool
    ) async throws(StoreError) -> [StreamID: State] {
        try await log.foldContents(wanted, versions: versions, limit: limit, from: initial, step)
    }

    func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await log.events(in: partition, after: position, limit: limit)
    }

    func events(
        of spans: [LogSpan]
    ) async throws(StoreError) -> [Partition: [StoredEvent]] {
        try await log.events(of: spans)
    }

    func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await log.events(
            in: partition,
            of: stream,
            after: version,
            limit: limit,
            limitBytes: limitBytes
        )
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

/// An event log whose every few appends fail: before anything is written, or after everything is,
/// as when the answer to a commit is lost.
final class FaultyEventLog: ForwardingEventLog {
    let log: any EventLog
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
}

/// An event log in which partitions have been claimed by somebody else.
final class RaisedEpochs: ForwardingEventLog {
    let log: any EventLog
    private let epochs = Mutex<[Partition: Int]>([:])

    init(log: any EventLog) { self.log = log }

    /// Somebody has claimed a partition; appends under an older epoch are refused.
    func raise(_ partition: Partition, to epoch: Int) {
        epochs.withLock { $0[partition] = epoch }
    }

    func state(of partitions: [Partition]) async throws(StoreError) -> [Partition: PartitionState] {
        let states = try await log.state(of: partitions)
        let epochs = epochs.withLock { $0 }
        return Dictionary(
            uniqueKeysWithValues: states.map { partition, state in
                let raised = PartitionState(
                    head: state.head,
                    cursor: state.cursor,
                    drained: state.drained,
                    epoch: epochs[partition] ?? state.epoch
                )
                return (partition, raised)
            }
        )
    }

    func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        let epochs = epochs.withLock { $0 }
        for append in appends {
            guard epochs[append.partition] ?? 0 == append.expected.epoch else {
                throw StoreError(.conflict, detail: "another epoch")
            }
        }
        try await log.append(appends)
    }
}
