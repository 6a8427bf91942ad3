// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import Synchronization

extension SQLiteStore: IngestLog {
    /// Writes drafts, durable before it returns; drafts of many callers share one flush.
    public func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        guard !drafts.isEmpty else { return [] }
        return try await writer.intake(drafts)
    }

    /// Records after places, in order; from memory while the reader keeps up.
    public func records(
        after cursors: [Partition: IngestPosition],
        limit: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        let share = FairShare.of(limit, among: waiting(after: cursors), turn: nextTurn())
        var found: [Partition: [IngestRecord]] = [:]
        var unread: [Partition: Int] = [:]
        for (partition, count) in share {
            let cursor = cursors[partition] ?? .start
            let kept = writer.tail.elements(in: partition, after: cursor.value, limit: count)
            if let kept, !kept.isEmpty {
                found[partition] = kept
            } else {
                unread[partition] = count
            }
        }
        guard !unread.isEmpty else { return found }
        let read = try await writer.read { [unread] database in
            var read: [Partition: [IngestRecord]] = [:]
            for (partition, count) in unread {
                let cursor = cursors[partition] ?? .start
                let records = try IngestStatements.records(
                    in: partition,
                    after: cursor.value,
                    limit: count,
                    database
                )
                if !records.isEmpty { read[partition] = records }
            }
            return read
        }
        return found.merging(read) { kept, _ in kept }
    }

    /// How many records wait in each partition that has any.
    private func waiting(after cursors: [Partition: IngestPosition]) -> [Partition: Int] {
        writer.intakeState.withLock { ledger in
            var waiting: [Partition: Int] = [:]
            for (partition, cursor) in cursors {
                let count = ledger.entries[partition.number].ingestHead - cursor.value
                if count > 0 { waiting[partition] = Int(count) }
            }
            return waiting
        }
    }

    /// Moves the live clock of partitions forward, durably, between two flushes of the intake.
    public func advanceLiveClock(
        of partitions: [Partition],
        to instant: Timestamp
    ) async throws(StoreError) -> [Partition: IngestPosition] {
        // A clock that is there already was made durable by whoever moved it.
        if let heads = headsIfReached(by: partitions, instant) { return heads }
        return try await writer.write(
            { database in
                let statement = try BoundStatement(database, PartitionStatements.moveLiveClock)
                for partition in partitions {
                    statement.bind(1, partition)
                    statement.bind(2, instant.microseconds)
                    try statement.run()
                }
                return self.heads(of: partitions)
            },
            committed: { _ in
                self.writer.intakeState.withLock { ledger in
                    for partition in partitions {
                        let clock = ledger.entries[partition.number].liveClock
                        ledger.entries[partition.number].liveClock = max(clock, instant)
                    }
                }
            }
        )
    }

    private func headsIfReached(
        by partitions: [Partition],
        _ instant: Timestamp
    ) -> [Partition: IngestPosition]? {
        let areReached = writer.intakeState.withLock { ledger in
            partitions.allSatisfy { ledger.entries[$0.number].liveClock >= instant }
        }
        return areReached ? heads(of: partitions) : nil
    }

    private func heads(of partitions: [Partition]) -> [Partition: IngestPosition] {
        writer.intakeState.withLock { ledger in
            var heads: [Partition: IngestPosition] = [:]
            heads.reserveCapacity(partitions.count)
            for partition in partitions {
                heads[partition] = IngestPosition(ledger.entries[partition.number].ingestHead)
            }
            return heads
        }
    }

    /// The last place of every partition, from memory.
    public func heads() async throws(StoreError) -> [Partition: IngestPosition] {
        heads(of: partitioning.outcomePartitions)
    }

    /// A record that has been accepted and is not yet processed.
    public func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord? {
        let partition = Partition(Int(eventID.partition))
        guard partition.number < partitioning.count else { return nil }
        return try await writer.read { database in
            guard let row = try PartitionStatements.row(of: partition, database) else {
                return nil
            }
            return try IngestStatements.record(
                eventID,
                in: partition,
                after: row.state.cursor.value,
                database
            )
        }
    }

    /// A sandbox account's test clock; nil until its first record.
    public func sandboxClock(of account: AccountID) async throws(StoreError) -> Timestamp? {
        if let known = writer.intakeState.withLock({ $0.sandboxClocks[account] }) { return known }
        let partition = partitioning.partition(sandbox: account)
        return try await writer.read { database in
            try IngestStatements.clock(of: account, in: partition, database)
        }
    }

    /// The test clocks of a partition, with the last place of its ingest log at that moment.
    public func sandboxClocks(
        in partition: Partition
    ) async throws(StoreError) -> (head: IngestPosition, clocks: [AccountID: Timestamp]) {
        let (head, clocks) = try await writer.read { database in
            let row = try PartitionStatements.row(of: partition, database)
            return (
                IngestPosition(row?.entry.ingestHead ?? 0),
                try IngestStatements.clocks(in: partition, database)
            )
        }
        return (head, clocks)
    }

    /// The latest live clock of any partition, from memory.
    public func latestLiveClock() async throws(StoreError) -> Timestamp? {
        let latest = writer.intakeState.withLock { ledger in
            ledger.entries.map(\.liveClock).max() ?? .earliest
        }
        return latest == .earliest ? nil : latest
    }
}
