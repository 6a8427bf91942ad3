// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension PostgresStore: StoreContents {
    /// Where each partition stands, in order.
    public func partitionHeads() async throws(StoreError) -> [PartitionHeads] {
        try await pool.use { try ContentsStatements.heads($0) }
    }

    /// The number of streams of a partition.
    public func streamCount(in partition: Partition) async throws(StoreError) -> Int {
        try await pool.use { try ContentsStatements.streamCount(in: partition, $0) }
    }

    /// Streams after one of them, by fingerprint, account, kind and key.
    public func streams(
        in partition: Partition,
        after stream: StoredStream?,
        limit: Int
    ) async throws(StoreError) -> [StoredStream] {
        try await pool.use { connection in
            try ContentsStatements.streams(in: partition, after: stream, limit: limit, connection)
        }
    }

    /// Claims after a scope, by scope.
    public func claims(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int
    ) async throws(StoreError) -> [StoredClaim] {
        try await pool.use { connection in
            try ContentsStatements.claims(in: partition, after: scope, limit: limit, connection)
        }
    }

    /// Test clocks after an account, by account.
    public func sandboxClocks(
        in partition: Partition,
        after account: AccountID?,
        limit: Int
    ) async throws(StoreError) -> [SandboxClock] {
        try await pool.use { connection in
            try ContentsStatements.clocks(in: partition, after: account, limit: limit, connection)
        }
    }

    /// Timers after one of them; a stream's number is the place of its first event.
    public func timers(
        in partition: Partition,
        after timer: DueTimer?,
        limit: Int
    ) async throws(StoreError) -> [DueTimer] {
        try await pool.use { [numbers] connection in
            let directory = StreamDirectory(connection: connection, numbers: numbers)
            let place = try timer.map { timer in
                let stream = PartitionStream(partition: partition, stream: timer.stream)
                guard let number = try directory.numbers(of: [stream])[stream] else {
                    throw StoreError(.conflict, detail: "a timer of an unknown stream")
                }
                return (timer: timer, stream: number)
            }
            return try ContentsStatements.timers(
                in: partition,
                after: place,
                limit: limit,
                connection
            )
        }
    }

    /// Sealing keys after a name, by name.
    public func sealingKeys(
        in partition: Partition,
        after name: SealingKeyName?,
        limit: Int
    ) async throws(StoreError) -> [SealingKeyRecord] {
        try await pool.use { connection in
            try SealingKeyStatements.page(in: partition, after: name, limit: limit, connection)
        }
    }
}
