// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import Logging

extension PostgresStore: EventLog {
    /// Where partitions stand.
    public func state(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: PartitionState] {
        try await pool.use { try PartitionStatements.states(of: partitions, $0) }
    }

    /// Appends to several partitions side by side, each in a transaction of its own.
    public func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        let failure = await withTaskGroup(of: StoreError?.self) { group in
            for turn in appends {
                group.addTask {
                    do throws(StoreError) {
                        try await self.append(turn)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let failure { throw failure }
        deleteProcessedRows()
    }

    private func append(_ turn: PartitionAppend) async throws(StoreError) {
        try await write(turn)
        sweep.processed(turn.partition, through: turn.cursor)
        backlog.processed(turn.partition, through: turn.cursor)
    }

    /// Writes a turn and remembers the streams it has made.
    func write(_ turn: PartitionAppend) async throws(StoreError) {
        let made = try await pool.use(isRepeatable: false) { [numbers, instance] connection in
            try EventAppend.write(
                turn,
                by: instance,
                StreamDirectory(connection: connection, numbers: numbers)
            )
        }
        numbers.remember(made.mapValues(\.value))
    }

    /// Beside the appends: nobody waits for it.
    private func deleteProcessedRows() {
        let places = sweep.due()
        guard let first = places.first else { return }
        deleteProcessedRows(places, of: first.key)
    }

    /// One statement after the other, each in line with everything else, until nothing is left.
    private func deleteProcessedRows(
        _ places: [Partition: IngestPosition],
        of partition: Partition
    ) {
        let limit = IngestSweep.statementLimitRows
        let place = places[partition] ?? .start
        pool.submit(
            { connection in
                try IngestStatements.deleteProcessed(
                    in: partition,
                    through: place,
                    limit: limit,
                    connection
                )
            },
            done: { [self] result in
                var left = places
                switch result {
                case .failure(let error):
                    sweep.keep(left)
                    return logger.warning(
                        "processed ingest rows are not deleted",
                        metadata: ["reason": "\(StoreError(postgres: error).detail)"]
                    )
                case .success(let count) where count == limit:
                    return deleteProcessedRows(left, of: partition)
                case .success:
                    left[partition] = nil
                }
                if let next = left.first { deleteProcessedRows(left, of: next.key) }
            }
        )
    }

    /// Folds whole streams, in order of version, in one read that holds one event at a time.
    public func fold<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        from initial: State,
        _ step: @escaping @Sendable (inout State, StoredEvent) throws(StoreError) -> Void
    ) async throws(StoreError) -> [StreamID: State] {
        guard !wanted.isEmpty else { return [:] }
        return try await pool.use { [numbers] connection in
            let directory = StreamDirectory(connection: connection, numbers: numbers)
            let streams = try directory.known(of: wanted)
            var states: [StreamID: State] = [:]
            guard !streams.isEmpty else { return states }
            try EventLogStatements.forEachEvent(of: streams, connection) { event in
                try step(&states[event.stream, default: initial], event)
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
        return try await pool.use { [numbers] connection in
            let directory = StreamDirectory(connection: connection, numbers: numbers)
            let streams = try directory.known(of: wanted)
            var states: [StreamID: State] = [:]
            guard !streams.isEmpty else { return states }
            try EventLogStatements.forEachContent(
                of: streams,
                versions: versions,
                limit: limit,
                connection
            ) {
                try step(&states[$0.stream, default: initial], $0)
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
        try await pool.use { connection in
            try EventLogStatements.events(in: partition, after: position, limit: limit, connection)
        }
    }

    /// Events of several partitions, each in order, in one read.
    public func events(
        of spans: [LogSpan]
    ) async throws(StoreError) -> [Partition: [StoredEvent]] {
        guard !spans.isEmpty else { return [:] }
        return try await pool.use { try EventLogStatements.events(of: spans, $0) }
    }

    /// A page of one stream, in order of version, bounded in events and bytes.
    public func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await pool.use { [numbers] connection in
            let directory = StreamDirectory(connection: connection, numbers: numbers)
            let wanted = PartitionStream(partition: partition, stream: stream)
            guard let number = try directory.numbers(of: [wanted])[wanted] else { return [] }
            return try EventLogStatements.events(
                of: stream,
                number: number,
                after: version,
                limit: limit,
                limitBytes: limitBytes,
                connection
            )
        }
    }

    /// The facts an accepted event has left on its stream, in order; its id leads to the stream.
    public func facts(about eventID: EventID) async throws(StoreError) -> [StoredEvent] {
        try await pool.use { try EventLogStatements.events(about: eventID, $0) }
    }

    /// Outcomes whose window has ended, in one read, earliest first within a clock.
    public func dueTimers(
        _ queries: [TimerQuery],
        limit: Int
    ) async throws(StoreError) -> [DueTimer] {
        guard !queries.isEmpty, limit > 0 else { return [] }
        return try await pool.use { try TimerStatements.due(queries, limit: limit, $0) }
    }

    /// The earliest end of a window on each clock, in one read.
    public func nextTimers(
        _ clocks: [PartitionClock]
    ) async throws(StoreError) -> [PartitionClock: Timestamp] {
        guard !clocks.isEmpty else { return [:] }
        return try await pool.use { try TimerStatements.next(on: clocks, $0) }
    }
}
