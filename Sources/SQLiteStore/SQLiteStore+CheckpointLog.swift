// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB

extension SQLiteStore: CheckpointLog {
    /// The checkpoint with the most leaves of each partition, in one read.
    public func latestCheckpoints(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: StoredCheckpoint] {
        try await writer.read { database in
            var latest: [Partition: StoredCheckpoint] = [:]
            for partition in partitions {
                latest[partition] = try CheckpointStatements.latest(in: partition, database)
            }
            return latest
        }
    }

    /// Checkpoints of a partition after a size, fewest leaves first.
    public func checkpoints(
        in partition: Partition,
        after size: Int64,
        limit: Int
    ) async throws(StoreError) -> [StoredCheckpoint] {
        try await writer.read { database in
            try CheckpointStatements.page(in: partition, after: size, limit: limit, database)
        }
    }

    /// Hashes of ranges of a partition's tree, in one read.
    public func treeHashes(
        in partition: Partition,
        _ ranges: [TreeRange]
    ) async throws(StoreError) -> [[Digest]] {
        try await writer.read { database in
            try ranges.map { try CheckpointStatements.hashes(in: partition, $0, database) }
        }
    }

    /// Adds checkpoints with their tiles in one transaction.
    public func appendCheckpoints(
        _ appends: [CheckpointAppend]
    ) async throws(StoreError) -> Set<Partition> {
        guard !appends.isEmpty else { return [] }
        return try await writer.write { database in
            var written: Set<Partition> = []
            for append in appends where try CheckpointStatements.write(append, database) {
                written.insert(append.checkpoint.partition)
            }
            return written
        }
    }

    /// The keys that have signed or will, oldest first.
    public func signingKeys() async throws(StoreError) -> [StoredSigningKey] {
        try await writer.read { try CheckpointStatements.keys($0) }
    }

    /// Adds a key.
    public func register(_ key: StoredSigningKey) async throws(StoreError) {
        try await writer.write { try CheckpointStatements.write(key, $0) }
    }
}
