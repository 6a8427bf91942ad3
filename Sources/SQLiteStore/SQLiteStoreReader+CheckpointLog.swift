// SPDX-License-Identifier: Apache-2.0

public import EventStore

extension SQLiteStoreReader: CheckpointLog {
    /// Refused: the store is opened for reading.
    public func appendCheckpoints(
        _ appends: [CheckpointAppend]
    ) async throws(StoreError) -> Set<Partition> {
        throw Self.refusal
    }

    /// Refused: the store is opened for reading.
    public func register(_ key: StoredSigningKey) async throws(StoreError) {
        throw Self.refusal
    }
}
