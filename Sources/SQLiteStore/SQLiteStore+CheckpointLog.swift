// SPDX-License-Identifier: Apache-2.0

public import EventStore
import GRDB

extension SQLiteStore: CheckpointLog {
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

    /// Adds a key.
    public func register(_ key: StoredSigningKey) async throws(StoreError) {
        try await writer.write { try CheckpointStatements.write(key, $0) }
    }
}
