// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB
import Logging
import Synchronization

extension SQLiteStore: EventLog {
    /// Where partitions stand.
    public func state(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: PartitionState] {
        try await writer.read { database in
            var states: [Partition: PartitionState] = [:]
            for partition in partitions {
                states[partition] = try PartitionStatements.row(of: partition, database)?.state
            }
            return states
        }
    }

    /// Appends to several partitions in one transaction: all of them or none.
    public func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        guard !appends.isEmpty else { return }
        _ = try await writer.write(
            { database in
                try EventAppend.write(appends, numbers: self.numbers, to: database)
            },
            committed: { written in
                self.numbers.remember(written.streams)
                self.writer.waitingRows.withLock { rows in
                    for turn in appends {
                        rows.processed(turn.partition, through: turn.cursor.value)
                    }
                }
                self.writer.update { ledger in
                    for turn in appends {
                        ledger.entries[turn.partition.number].eventHead = turn.result.head.value
                        ledger.entries[turn.partition.number].cursor = turn.cursor.value
                    }
                }
            }
        )
        await deleteObsoleteRows()
    }

    /// So many obsolete rows of the ingest log are deleted together.
    static let deletedLeastRows = 16
    /// At most so many.
    static let deletedLimitRows = 1_000

    /// Deletes rows whose records are all processed, in a transaction of its own: what is wrong with
    /// rows that nobody needs must not hold up an append.
    private func deleteObsoleteRows() async {
        let count = writer.waitingRows.withLock { $0.obsolete.count }
        guard count >= Self.deletedLeastRows else { return }
        do throws(StoreError) {
            _ = try await writer.write(
                { database in
                    let (runs, count) = self.writer.waitingRows.withLock {
                        $0.obsoleteRuns(limit: Self.deletedLimitRows)
                    }
                    let delete = try BoundStatement(database, IngestStatements.deleteRows)
                    for run in runs {
                        delete.bind(1, run.lowerBound)
                        delete.bind(2, run.upperBound)
                        try delete.run()
                    }
                    return count
                },
                committed: { count in self.writer.waitingRows.withLock { $0.deleted(count) } }
            )
        } catch {
            // They are looked at again with the next append, and at the next start.
            writer.logger.warning(
                "processed ingest rows are not deleted",
                metadata: ["reason": "\(error.detail)"]
            )
        }
    }

    /// Folds whole streams, in order of version, in one read that holds one event at a time.
    public func fold<State: Sendable>(
        _ wanted: [Partition: [StreamID]],
        from initial: State,
        _ step: @escaping @Sendable (inout State, StoredEvent) throws(StoreError) -> Void
    ) async throws(StoreError) -> [StreamID: State] {
        guard !wanted.isEmpty else { return [:] }
        return try await writer.read { database in
            let reads = StreamReads(database, self.numbers)
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

    /// Events of a partition after a place, in order, at most `limit`.
    public func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await writer.read { database in
            try StreamReads(database, self.numbers)
                .events(in: partition, after: position, limit: limit)
        }
    }

    /// A page of one stream, in order of version.
    public func events(
        in partition: Partition,
        of stream: StreamID,
        after version: Int,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await writer.read { database in
            let reads = StreamReads(database, self.numbers)
            guard let number = try reads.number(of: stream, in: partition) else { return [] }
            return try reads.events(of: stream, number: number, after: version, limit: limit)
        }
    }

    /// The facts an accepted event has left on its stream, in order; its id leads to the stream.
    public func facts(about eventID: EventID) async throws(StoreError) -> [StoredEvent] {
        let partition = Partition(Int(eventID.partition))
        return try await writer.read { database in
            let reads = StreamReads(database, self.numbers)
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
        return try await writer.read { database in
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
        return try await writer.read { database in
            var next: [PartitionClock: Timestamp] = [:]
            for clock in clocks {
                next[clock] = try TimerStatements.next(on: clock, database)
            }
            return next
        }
    }
}
