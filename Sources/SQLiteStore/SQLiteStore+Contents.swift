// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB

extension SQLiteStore: StoreContents {
    /// Where each partition stands, in order.
    public func partitionHeads() async throws(StoreError) -> [PartitionHeads] {
        let partitions = partitioning.outcomePartitions + [partitioning.catalogPartition]
        return try await writer.read { database in
            try partitions.map { partition in
                guard let row = try PartitionStatements.row(of: partition, database) else {
                    throw StoreError(.damaged, detail: "partition \(partition) is missing")
                }
                return PartitionHeads(
                    partition: partition,
                    ingestHead: IngestPosition(row.entry.ingestHead),
                    liveClock: row.entry.liveClock,
                    state: row.state
                )
            }
        }
    }

    /// The number of streams of a partition.
    public func streamCount(in partition: Partition) async throws(StoreError) -> Int {
        try await writer.read { database in
            let count = try BoundStatement(database, EventLogStatements.countStreams)
            count.bind(1, partition)
            return Int(try count.first { $0.integer(0) } ?? 0)
        }
    }

    /// Claims after a scope, of those in the table and of those that are not in it yet.
    public func claims(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int
    ) async throws(StoreError) -> [StoredClaim] {
        let moved = try await writer.read { database in
            try ClaimStatements.page(in: partition, after: scope, limit: limit, database)
        }
        var page: [RecentClaims.Held] = []
        // Each part holds the first of its own, so together they hold the first of all.
        let parts = moved + writer.claims.held(in: partition, after: scope, limit: limit)
        for held in parts.sorted(by: { $0.scope < $1.scope })
        where page.count < limit && page.last?.scope != held.scope {
            page.append(held)
        }
        return page.map { held in
            StoredClaim(
                scope: held.scope,
                body: held.holder.body,
                receipt: IngestReceipt(
                    eventID: held.holder.eventID,
                    partition: partition,
                    position: held.holder.position,
                    receivedAt: held.holder.receivedAt
                )
            )
        }
    }

    /// Test clocks after an account.
    public func sandboxClocks(
        in partition: Partition,
        after account: AccountID?,
        limit: Int
    ) async throws(StoreError) -> [SandboxClock] {
        try await writer.read { database in
            try IngestStatements.clocks(in: partition, after: account, limit: limit, database)
        }
    }

    /// Timers after one of them; streams are numbered in the order of their first events.
    public func timers(
        in partition: Partition,
        after timer: DueTimer?,
        limit: Int
    ) async throws(StoreError) -> [DueTimer] {
        try await writer.read { database in
            let reads = StreamReads(database, self.numbers)
            let place = try timer.map { timer in
                guard let number = try reads.number(of: timer.stream, in: partition) else {
                    throw StoreError(.conflict, detail: "a timer of an unknown stream")
                }
                return (timer: timer, stream: number)
            }
            return try TimerStatements.page(in: partition, after: place, limit: limit, database)
        }
    }

    /// Sealing keys after a name, with what the file of keys holds of them.
    public func sealingKeys(
        in partition: Partition,
        after name: SealingKeyName?,
        limit: Int
    ) async throws(StoreError) -> [SealingKeyRecord] {
        try await writer.read { [keyFile] database in
            try SealingKeyStatements.page(in: partition, after: name, limit: limit, database)
                .map { $0.record(in: keyFile) }
        }
    }
}
