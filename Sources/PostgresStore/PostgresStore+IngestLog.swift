// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension PostgresStore: IngestLog {
    /// Writes drafts, durable before it returns; drafts of many callers share statements.
    public func append(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        guard !drafts.isEmpty else { return [] }
        for draft in drafts where draft.partition.number >= partitioning.count {
            throw StoreError(
                .unavailable,
                detail: "partition \(draft.partition) has no ingest log"
            )
        }
        return try await intake.append(drafts)
    }

    /// Records after places, in order; from memory what this node has just written itself.
    public func records(
        after cursors: [Partition: IngestPosition],
        limit: Int,
        limitBytes: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        let turn = nextTurn()
        return try await pool.use { [backlog, tail] connection in
            let heads = try IngestStatements.heads(of: Array(cursors.keys), connection)
            backlog.saw(heads, cursors: cursors)
            var waiting: [Partition: Int] = [:]
            for (partition, head) in heads {
                let count = head.value - (cursors[partition] ?? .start).value
                if count > 0 { waiting[partition] = Int(count) }
            }
            let share = FairShare.of(limit, among: waiting, turn: turn)
            var budget = ByteBudget(bytes: limitBytes, readers: share.count)
            var found: [Partition: [IngestRecord]] = [:]
            func take(_ records: [IngestRecord], of partition: Partition) {
                let taken = records.prefix(budget.count(of: records))
                budget.take(taken)
                found[partition] = Array(taken)
            }
            var unread: [(partition: Partition, count: Int)] = []
            for (partition, count) in share {
                let cursor = cursors[partition] ?? .start
                if let kept = tail.records(in: partition, after: cursor, limit: count) {
                    take(kept, of: partition)
                } else {
                    unread.append((partition, count))
                }
            }
            guard !unread.isEmpty else { return found }
            let read = try IngestStatements.records(
                of: unread,
                after: cursors,
                limitBytes: max(1, budget.part),
                connection
            )
            for (partition, records) in read { take(records, of: partition) }
            return found
        }
    }

    /// Moves the live clock of partitions forward, durably, under their heads' locks.
    public func advanceLiveClock(
        of partitions: [Partition],
        to instant: Timestamp
    ) async throws(StoreError) -> [Partition: IngestPosition] {
        try await pool.use { connection in
            try IngestStatements.advanceClocks(of: partitions, to: instant, connection)
        }
    }

    /// With more records waiting than this, accepting still more comes second.
    static let burstLimitRecords = 1_000_000

    /// Whether many callers wait, and the backlog is still that of a burst.
    public var isPressed: Bool {
        intake.pendingCalls >= IntakeQueue.pressureLeastCalls
            && ingestBacklog() < Self.burstLimitRecords
    }

    /// The last place of every partition.
    public func heads() async throws(StoreError) -> [Partition: IngestPosition] {
        let partitions = partitioning.outcomePartitions
        return try await pool.use { try IngestStatements.heads(of: partitions, $0) }
    }

    /// A record that has been accepted and is not yet processed.
    public func waitingRecord(_ eventID: EventID) async throws(StoreError) -> IngestRecord? {
        try await pool.use { try IngestStatements.waitingRecord(eventID, $0) }
    }

    /// A sandbox account's test clock; nil until its first record.
    public func sandboxClock(of account: AccountID) async throws(StoreError) -> Timestamp? {
        let partition = partitioning.partition(sandbox: account)
        return try await pool.use { try IngestStatements.clock(of: account, in: partition, $0) }
    }

    /// The test clocks of a partition, with the last place of its ingest log at that moment.
    public func sandboxClocks(
        in partition: Partition
    ) async throws(StoreError) -> (head: IngestPosition, clocks: [AccountID: Timestamp]) {
        try await pool.use { try IngestStatements.clocks(in: partition, $0) }
    }

    /// The latest live clock of any partition.
    public func latestLiveClock() async throws(StoreError) -> Timestamp? {
        try await pool.use { try IngestStatements.latestClock($0) }
    }
}
