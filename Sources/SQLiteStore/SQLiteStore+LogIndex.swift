// SPDX-License-Identifier: Apache-2.0

public import EventStore
import GRDB

extension SQLiteStore: StoreFileReads, LogIndex {
    /// Runs `work` on a reader, on the state after the last commit.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await writer.read(work)
    }
}
