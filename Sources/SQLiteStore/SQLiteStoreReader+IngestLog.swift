// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB

/// What the writing process knows by heart is read from the rows here, each answer from one state of
/// the file; it takes time in proportion to what waits.
extension SQLiteStoreReader: IngestLog {
    /// Refused: the store is opened for reading.
    public func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        throw Self.refusal
    }

    /// Refused: the store is opened for reading.
    public func advanceLiveClock(
        of partitions: [Partition],
        to instant: Timestamp
    ) async throws(StoreError) -> [Partition: IngestPosition] {
        throw Self.refusal
    }

    /// Nobody waits here.
    public var isPressed: Bool { false }

    /// Records after places, in order, that are not deleted yet.
    public func records(
        after cursors: [Partition: IngestPosition],
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        try await read { [partitioning] database in
            var waiting: [Partition: Int] = [:]
            for (partition, cursor) in cursors {
                let head = try Self.entry(of: partition, database).ingestHead
                if head > cursor.value { waiting[partition] = Int(head - cursor.value) }
            }
            let share = FairShare.of(limit, among: waiting, turn: 0)
            let rows = try IngestStatements.waitingRows(of: partitioning, after: 0, database)
            var flushes: [Int64: Set<Partition>] = [:]
            for (partition, count) in share {
                let cursor = cursors[partition] ?? .start
                for flush in rows.flushes(of: partition, after: cursor.value, count: count) {
                    flushes[flush, default: []].insert(partition)
                }
            }
            return try IngestStatements.records(
                of: Dictionary(share.map { ($0.partition, $0.count) }) { first, _ in first },
                in: flushes,
                limitBytes: ByteBudget(bytes: limitBytes, readers: share.count).part,
                after: cursors,
                database
            )
        }
    }

    /// The last place of every partition.
    public func heads() async throws(StoreError) -> [Partition: IngestPosition] {
        try await read { [partitioning] database in
            var heads: [Partition: IngestPosition] = [:]
            for partition in partitioning.outcomePartitions {
                let entry = try Self.entry(of: partition, database)
                heads[partition] = IngestPosition(entry.ingestHead)
            }
            return heads
        }
    }

    /// A record that has been accepted and is not yet processed.
    public func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord? {
        let partition = Partition(Int(eventID.partition))
        guard partition.number < partitioning.count else { return nil }
        return try await read { [partitioning] database in
            let cursor = try Self.entry(of: partition, database).cursor
            let rows = try IngestStatements.waitingRows(of: partitioning, after: 0, database)
            var found: IngestRecord?
            for flush in rows.flushes(of: partition, after: cursor, count: .max) where found == nil
            {
                try IngestStatements.frames(of: [partition], in: flush, database) { frame in
                    found = try frame.record(eventID, after: cursor)
                }
            }
            return found
        }
    }

    /// A sandbox account's test clock; nil until its first record.
    public func sandboxClock(of account: AccountID) async throws(StoreError) -> Timestamp? {
        let partition = partitioning.partition(sandbox: account)
        return try await read { database in
            try IngestStatements.clock(of: account, in: partition, database)
        }
    }

    /// The latest live clock of any partition.
    public func latestLiveClock() async throws(StoreError) -> Timestamp? {
        let latest = try await read { [partitioning] database in
            try partitioning.outcomePartitions
                .map { try Self.entry(of: $0, database).liveClock }.max() ?? .earliest
        }
        return latest == .earliest ? nil : latest
    }

    private static func entry(
        of partition: Partition,
        _ database: Database
    ) throws -> IntakeLedger.Entry {
        guard let row = try PartitionStatements.row(of: partition, database) else {
            throw StoreError(.damaged, detail: "partition \(partition) is missing")
        }
        return row.entry
    }
}
