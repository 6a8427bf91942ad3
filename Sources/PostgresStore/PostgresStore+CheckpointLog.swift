// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension PostgresStore: CheckpointLog {
    /// The checkpoint with the most leaves of each partition, in one read.
    public func latestCheckpoints(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: StoredCheckpoint] {
        guard !partitions.isEmpty else { return [:] }
        return try await pool.use { try CheckpointStatements.latest(of: partitions, $0) }
    }

    /// Checkpoints of a partition after a size, fewest leaves first.
    public func checkpoints(
        in partition: Partition,
        after size: Int64,
        limit: Int
    ) async throws(StoreError) -> [StoredCheckpoint] {
        try await pool.use { connection in
            try CheckpointStatements.page(in: partition, after: size, limit: limit, connection)
        }
    }

    /// Hashes of ranges of a partition's tree, on one connection.
    public func treeHashes(
        in partition: Partition,
        _ ranges: [TreeRange]
    ) async throws(StoreError) -> [[Digest]] {
        guard !ranges.isEmpty else { return [] }
        return try await pool.use { connection in
            try ranges.map { try CheckpointStatements.hashes(in: partition, $0, connection) }
        }
    }

    /// Adds checkpoints with their tiles, one statement each.
    public func appendCheckpoints(
        _ appends: [CheckpointAppend]
    ) async throws(StoreError) -> Set<Partition> {
        guard !appends.isEmpty else { return [] }
        return try await pool.use { [instance] connection in
            var written: Set<Partition> = []
            for append in appends
            where try CheckpointStatements.write(append, by: instance, connection) {
                written.insert(append.checkpoint.partition)
            }
            return written
        }
    }

    /// The keys that have signed or will, oldest first.
    public func signingKeys() async throws(StoreError) -> [StoredSigningKey] {
        try await pool.use { try CheckpointStatements.keys($0) }
    }

    /// Adds a key.
    public func register(_ key: StoredSigningKey) async throws(StoreError) {
        try await pool.use { try CheckpointStatements.write(key, $0) }
    }
}
