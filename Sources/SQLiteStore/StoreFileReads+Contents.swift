// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

// MARK: LogIndex

extension StoreFileReads {
    /// The numbers of streams, from memory as far as they are there.
    public func numbers(of streams: [PartitionStream]) async throws(StoreError) -> [Int64?] {
        var found = numbers.numbers(of: streams.map(\.stream))
        let missing = found.indices.filter { found[$0] == nil }
        guard !missing.isEmpty else { return found }
        let read = try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            return try missing.map { slot in
                try reads.number(of: streams[slot].stream, in: streams[slot].partition)
            }
        }
        for (slot, number) in zip(missing, read) {
            found[slot] = number
        }
        return found
    }

    /// The hashes of events.
    public func hashes(at places: [PartitionPlace]) async throws(StoreError) -> [Digest?] {
        try await read { database in
            try places.map { try EventLogStatements.hash(at: $0, database) }
        }
    }
}

// MARK: CatalogLog

extension StoreFileReads {
    /// The ids of all accounts, in order of creation.
    public func accounts() async throws(StoreError) -> [AccountID] {
        let partition = partitioning.catalogPartition
        return try await read { database in
            let statement = try BoundStatement(database, CatalogStatements.selectAccounts)
            statement.bind(1, partition)
            return try statement.all { try $0.account(0) }
        }
    }
}

// MARK: IngestLog

extension StoreFileReads {
    /// The test clocks of a partition, with the last place of its ingest log at that moment.
    public func sandboxClocks(
        in partition: Partition
    ) async throws(StoreError) -> (head: IngestPosition, clocks: [AccountID: Timestamp]) {
        let (head, clocks) = try await read { database in
            let row = try PartitionStatements.row(of: partition, database)
            return (
                IngestPosition(row?.entry.ingestHead ?? 0),
                try IngestStatements.clocks(in: partition, database)
            )
        }
        return (head, clocks)
    }
}

// MARK: StoreContents

extension StoreFileReads {
    /// Where each partition stands, in order.
    public func partitionHeads() async throws(StoreError) -> [PartitionHeads] {
        let partitions = partitioning.outcomePartitions + [partitioning.catalogPartition]
        return try await read { database in
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
        try await read { database in
            let count = try BoundStatement(database, EventLogStatements.countStreams)
            count.bind(1, partition)
            return Int(try count.first { $0.integer(0) } ?? 0)
        }
    }

    /// Streams after one of them, by the index that leads to them.
    public func streams(
        in partition: Partition,
        after stream: StoredStream?,
        limit: Int
    ) async throws(StoreError) -> [StoredStream] {
        try await read { database in
            let select = try BoundStatement(database, EventLogStatements.selectStreamPage)
            select.bind(1, partition)
            select.bind(2, stream?.fingerprint ?? .min)
            select.bind(3, stream?.number ?? 0)
            select.bind(4, limit)
            return try select.all { row in
                StoredStream(
                    stream: try row.stream(at: 2),
                    number: row.integer(0),
                    fingerprint: row.integer(1)
                )
            }
        }
    }

    /// Test clocks after an account.
    public func sandboxClocks(
        in partition: Partition,
        after account: AccountID?,
        limit: Int
    ) async throws(StoreError) -> [SandboxClock] {
        try await read { database in
            try IngestStatements.clocks(in: partition, after: account, limit: limit, database)
        }
    }

    /// Timers after one of them; streams are numbered in the order of their first events.
    public func timers(
        in partition: Partition,
        after timer: DueTimer?,
        limit: Int
    ) async throws(StoreError) -> [DueTimer] {
        try await read { [numbers] database in
            let reads = StreamReads(database, numbers)
            let place = try timer.map { timer in
                guard let number = try reads.number(of: timer.stream, in: partition) else {
                    throw StoreError(.conflict, detail: "a timer of an unknown stream")
                }
                return (timer: timer, stream: number)
            }
            return try TimerStatements.page(in: partition, after: place, limit: limit, database)
        }
    }
}

// MARK: SealingKeys

extension StoreFileReads {
    /// The keys of these names; lost where the file of keys does not hold what it should.
    public func keys(
        named names: [SealingKeyName]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        try await read { [sealingKeyFile] database in
            var found: [SealingKeyName: SealingKeyRecord] = [:]
            for name in names {
                let row = try SealingKeyStatements.row(named: name, database)
                found[name] = try row?.record(in: sealingKeyFile)
            }
            return found
        }
    }

    /// Sealing keys after a name, with what the file of keys holds of them.
    public func sealingKeys(
        in partition: Partition,
        after name: SealingKeyName?,
        limit: Int
    ) async throws(StoreError) -> [SealingKeyRecord] {
        try await read { [sealingKeyFile] database in
            try SealingKeyStatements.page(in: partition, after: name, limit: limit, database)
                .map { try $0.record(in: sealingKeyFile) }
        }
    }
}
