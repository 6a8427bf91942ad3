// SPDX-License-Identifier: Apache-2.0

public import EventStore
import GRDB

extension SQLiteStore: SealingKeys {
    var sealingKeyFile: SealingKeyFile? { keyFile }

    /// Makes these keys unless their owners have one or the generation is closed.
    public func admitKeys(
        _ candidates: [SealingKeyRecord]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        try await writer.write { [keyFile] database in
            var found: [SealingKeyName: SealingKeyRecord] = [:]
            var isChanged = false
            for candidate in candidates {
                guard
                    let key = try SealingKeyStatements.admit(candidate, keyFile, database)
                else { continue }
                found[candidate.name] = key.record
                isChanged = isChanged || key.isNew
            }
            // In the file before it is in the store: what the store says of a key is true.
            if isChanged { try keyFile.flush() }
            return found
        }
    }

    /// Overwrites an owner's keys up to a generation and closes it.
    public func destroyKeys(through name: SealingKeyName) async throws(StoreError) {
        try await writer.write { [keyFile] database in
            try SealingKeyStatements.destroy(through: name, keyFile, database)
        }
    }
}
