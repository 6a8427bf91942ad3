// SPDX-License-Identifier: Apache-2.0

public import EventStore

extension PostgresStore: SealingKeys {
    /// Makes these keys unless their owners have one or the generation is closed.
    public func admitKeys(
        _ candidates: [SealingKeyRecord]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        // In one order on all nodes: each insertion waits for another node's of the same name.
        let parts = Dictionary(
            grouping: candidates.sorted { $0.name < $1.name },
            by: \.name.partition
        )
        .sorted { $0.key < $1.key }
        return try await pool.use { connection in
            var found: [SealingKeyName: SealingKeyRecord] = [:]
            for (partition, part) in parts {
                for key in try SealingKeyStatements.admit(part, in: partition, connection) {
                    found[key.name] = key
                }
            }
            return found
        }
    }

    /// The keys of these names.
    public func keys(
        named names: [SealingKeyName]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        let parts = Dictionary(grouping: names, by: \.partition)
        return try await pool.use { connection in
            var found: [SealingKeyName: SealingKeyRecord] = [:]
            for (partition, part) in parts {
                for key in try SealingKeyStatements.keys(named: part, in: partition, connection) {
                    found[key.name] = key
                }
            }
            return found
        }
    }

    /// Destroys an owner's keys up to a generation and closes it.
    ///
    /// Old versions of the row are the server's to remove; see docs/operations.md.
    public func destroyKeys(through name: SealingKeyName) async throws(StoreError) {
        try await pool.use { try SealingKeyStatements.destroy(through: name, $0) }
    }
}
