// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import GRDB

extension SQLiteStore: CatalogLog {
    /// Appends one event to an account's stream if the stream is at `expectedVersion`.
    public func appendCatalog(
        account: AccountID,
        expectedVersion: Int,
        form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> StoredEvent {
        let stream = StreamID.catalog(account)
        let partition = partitioning.catalogPartition
        let appended = try await writer.write(
            { database in
                let last = try self.lastVersion(of: stream, in: partition, database)
                guard last.version == expectedVersion else {
                    throw StoreError(.conflict, detail: "the catalog is at \(last.version)")
                }
                let position = try CatalogStatements.nextPosition(in: partition, database)
                let event = form(position, last.hash)
                guard event.stream == stream, event.partition == partition,
                    event.position == position, event.version == expectedVersion + 1
                else {
                    throw StoreError(.conflict, detail: "a catalog event is not where it belongs")
                }
                var append = try EventAppend(database: database, numbers: self.numbers)
                try append.insert(event)
                return (event, append.written)
            },
            committed: { event, written in
                self.numbers.remember(written.streams)
                self.writer.update { ledger in
                    ledger.entries[partition.number].eventHead = event.position.value
                }
            }
        )
        return appended.0
    }

    private func lastVersion(
        of stream: StreamID,
        in partition: Partition,
        _ database: Database
    ) throws -> (version: Int, hash: Digest) {
        let number = try StreamReads(database, numbers).number(of: stream, in: partition)
        guard let number else { return (0, .zero) }
        return try CatalogStatements.lastVersion(of: number, database) ?? (0, .zero)
    }
}
