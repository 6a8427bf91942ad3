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
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        let share = FairShare.of(limit, among: waiting(after: cursors), turn: nextTurn())
        var budget = ByteBudget(bytes: limitBytes, readers: share.count)
        var found: [Partition: [IngestRecord]] = [:]
        var unread: [Partition: Int] = [:]
        for (partition, count) in share {
            let cursor = cursors[partition] ?? .start
            let kept = writer.tail.elements(in: partition, after: cursor.value, limit: count)
            if let kept, !kept.isEmpty {
                let records = kept.prefix(budget.count(of: kept))
                budget.take(records)
                found[partition] = Array(records)
            } else {
                unread[partition] = count
            }
        }
        guard !unread.isEmpty else { return found }
        let read = try await storedRecords(of: unread, limitBytes: budget.part, after: cursors)
        return found.merging(read) { kept, _ in kept }
    }

    /// Records from the rows, each row read once for all partitions; of each partition at most
    /// `limitBytes` of payloads, but for its first record.
    private func storedRecords(
        of wanted: [Partition: Int],
        limitBytes: Int,
        after cursors: [Partition: IngestPosition]
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        var flushes: [Int64: Set<Partition>] = [:]
        writer.waitingRows.withLock { rows in
            for (partition, count) in wanted {
                let cursor = cursors[partition] ?? .start
                for flush in rows.flushes(of: partition, after: cursor.value, count: count) {
                    flushes[flush, default: []].insert(partition)
                }
            }
        }
        return try await writer.read { [flushes] database in
            try IngestStatements.records(
                of: wanted,
                in: flushes,
                limitBytes: limitBytes,
                after: cursors,
                database
            )
        }
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

    /// With more records waiting than this, accepting still more comes second.
    static let burstLimitRecords = 1_000_000

    /// Whether callers queue up, and the backlog is still that of a burst.
    public var isPressed: Bool {
        writer.isPressed && ingestBacklog() < Self.burstLimitRecords
    }

    /// The last place of every partition, from memory.
    public func heads() async throws(StoreError) -> [Partition: IngestPosition] {
        heads(of: partitioning.outcomePartitions)
    }

    /// A record that has been accepted and is not yet processed.
    public func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord? {
        let partition = Partition(Int(eventID.partition))
        guard partition.number < partitioning.count else { return nil }
        let cursor = writer.intakeState.withLock { $0.entries[partition.number].cursor }
        let recent = writer.tail.last(in: partition) { $0.receipt.eventID == eventID }
        if let recent { return recent.receipt.position.value > cursor ? recent : nil }
        let flushes = writer.waitingRows.withLock {
            $0.flushes(of: partition, after: cursor, count: .max)
        }
        guard !flushes.isEmpty else { return nil }
        return try await writer.read { database in
            var found: IngestRecord?
            for flush in flushes where found == nil {
                try IngestStatements.frames(of: [partition], in: flush, database) { frame in
                    found = try frame.record(eventID, after: cursor)
                }
            }
            return found
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

    /// The latest live clock of any partition, from memory.
    public func latestLiveClock() async throws(StoreError) -> Timestamp? {
        let latest = writer.intakeState.withLock { ledger in
            ledger.entries.map(\.liveClock).max() ?? .earliest
        }
        return latest == .earliest ? nil : latest
    }
}
