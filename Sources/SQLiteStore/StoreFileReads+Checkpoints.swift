// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

// MARK: CheckpointLog

extension StoreFileReads {
    /// The checkpoint with the most leaves of each partition, in one read.
    public func latestCheckpoints(
        of partitions: [Partition]
    ) async throws(StoreError) -> [Partition: StoredCheckpoint] {
        try await read { database in
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
        try await read { database in
            try CheckpointStatements.page(in: partition, after: size, limit: limit, database)
        }
    }

    /// Hashes of ranges of a partition's tree, in one read.
    public func treeHashes(
        in partition: Partition,
        _ ranges: [TreeRange]
    ) async throws(StoreError) -> [[Digest]] {
        try await read { database in
            try ranges.map { try CheckpointStatements.hashes(in: partition, $0, database) }
        }
    }

    /// The keys that have signed or will, oldest first.
    public func signingKeys() async throws(StoreError) -> [StoredSigningKey] {
        try await read { try CheckpointStatements.keys($0) }
    }
}
