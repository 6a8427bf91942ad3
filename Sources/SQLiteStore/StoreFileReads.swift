// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// What the store's file answers by itself: the same for the process that writes it and for one that
/// only reads it.
protocol StoreFileReads: LogIndex {
    /// The numbers of streams that are known.
    var numbers: StreamNumbers { get }

    /// The file with the keys that metadata is sealed with; nil where it cannot be read.
    var sealingKeyFile: SealingKeyFile? { get }

    /// Runs `work` on a reader, on the state after the last commit.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value
}

// MARK: EventLog

extension StoreFileReads {
    /// Where partitions stand.
    public func state(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: PartitionState] {
        try await read { database in
            var states: [Partition: PartitionState] = [:]
            for partition in partitions {
                states[partition] = try PartitionStatements.row(of: partition, database)?.state
            }
            return states
        }
    }

    /// Folds whole streams, in order of version, in one read that holds one event at a time.
    public func fold<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        from initial: State,
        _ step: @escaping @Sendable (inout State, StoredEvent) throws(StoreError) -> Void
    ) async throws(StoreError) -> [StreamID: State] {
        guard !wanted.isEmpty else { return [:] }
        return try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            var states: [StreamID: State] = [:]
            for (partition, streams) in wanted {
                for stream in streams {
                    let number = try reads.number(of: stream, in: partition)
                    guard let number else { continue }
                    var state = initial
                    try reads.forEachEvent(of: stream, number: number) { event in
                        try step(&state, event)
                    }
                    states[stream] = state
                }
            }
            return states
        }
    }

    /// Folds what decides of streams, in order of version, in one read.
    public func foldContents<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        versions: ClosedRange<Int>,
        limit: Int,
        from initial: State,
        _ step: @escaping @Sendable (inout State, EventContent) throws(StoreError) -> Bool
    ) async throws(StoreError) -> [StreamID: State] {
        guard !wanted.isEmpty else { return [:] }
        return try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            var states: [StreamID: State] = [:]
            for (partition, streams) in wanted {
                for stream in streams {
                    guard let number = try reads.number(of: stream, in: partition) else { continue }
                    var state = initial
                    try reads.forEachContent(
                        of: stream,
                        number: number,
                        versions: versions,
                        limit: limit
                    ) {
                        try step(&state, $0)
                    }
                    states[stream] = state
                }
            }
            return states
        }
    }

    /// Events of a partition after a place, in order, at most `limit`.
    public func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await read { [numbers] database in
            try StreamReads(database, numbers)
                .events(in: partition, after: position, limit: limit)
        }
    }

    /// Events of several partitions, each in order, in one read.
    public func events(
        of spans: [LogSpan]
    ) async throws(StoreError) -> [Partition: [StoredEvent]] {
        guard !spans.isEmpty else { return [:] }
        return try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            var events: [Partition: [StoredEvent]] = [:]
            for span in spans {
                let found = try reads.events(
                    in: span.partition,
                    after: span.position,
                    limit: span.limit
                )
                if !found.isEmpty { events[span.partition] = found }
            }
            return events
        }
    }

    /// A page of one stream, in order of version, bounded in events and bytes.
    public func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            guard let number = try reads.number(of: stream, in: partition) else { return [] }
            return try reads.events(
                of: stream,
                number: number,
                after: version,
                limit: limit,
                limitBytes: limitBytes
            )
        }
    }

    /// The facts an accepted event has left on its stream, in order; its id leads to the stream.
    public func facts(about eventID: EventID) async throws(StoreError) -> [StoredEvent] {
        let partition = Partition(Int(eventID.partition))
        return try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            let streams = try reads.streams(in: partition, fingerprint: eventID.fingerprint)
            return try streams.flatMap { number, stream in
                try reads.events(of: stream, number: number, about: eventID)
            }
        }
    }

    /// Outcomes whose window has ended, in one read, earliest first within a clock.
    public func dueTimers(
        _ queries: [TimerQuery],
        limit: Int
    ) async throws(StoreError) -> [DueTimer] {
        guard !queries.isEmpty, limit > 0 else { return [] }
        return try await read { database in
            var due: [DueTimer] = []
            for query in queries where due.count < limit {
                due += try TimerStatements.due(query, limit: limit - due.count, database)
            }
            return due
        }
    }

    /// The earliest end of a window on each clock, in one read.
    public func nextTimers(
        _ clocks: [PartitionClock]
    ) async throws(StoreError) -> [PartitionClock: Timestamp] {
        guard !clocks.isEmpty else { return [:] }
        return try await read { database in
            var next: [PartitionClock: Timestamp] = [:]
            for clock in clocks {
                next[clock] = try TimerStatements.next(on: clock, database)
            }
            return next
        }
    }
}
