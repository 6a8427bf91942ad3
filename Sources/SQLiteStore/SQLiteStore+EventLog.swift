// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues
import GRDB
import Logging
import Synchronization

extension SQLiteStore: EventLog {
    /// Appends to several partitions in one transaction: all of them or none.
    public func append(_ appends: [PartitionAppend]) async throws(StoreError) {
        guard !appends.isEmpty else { return }
        _ = try await writer.write(
            { database in
                try EventAppend.write(appends, numbers: self.numbers, to: database)
            },
            committed: { written in
                self.numbers.remember(written.streams)
                self.writer.waitingRows.withLock { rows in
                    for turn in appends {
                        rows.processed(turn.partition, through: turn.cursor.value)
                    }
                }
                self.writer.update { ledger in
                    for turn in appends {
                        ledger.entries[turn.partition.number].eventHead = turn.result.head.value
                        ledger.entries[turn.partition.number].cursor = turn.cursor.value
                    }
                }
            }
        )
        await deleteObsoleteRows()
    }

    /// So many obsolete rows of the ingest log are deleted together.
    static let deletedLeastRows = 16
    /// At most so many.
    static let deletedLimitRows = 1_000

    /// Deletes rows whose records are all processed, in a transaction of its own: what is wrong with
    /// rows that nobody needs must not hold up an append.
    private func deleteObsoleteRows() async {
        let count = writer.waitingRows.withLock { $0.obsolete.count }
        guard count >= Self.deletedLeastRows else { return }
        do throws(StoreError) {
            _ = try await writer.write(
                { database in
                    let (runs, count) = self.writer.waitingRows.withLock {
                        $0.obsoleteRuns(limit: Self.deletedLimitRows)
                    }
                    let delete = try BoundStatement(database, IngestStatements.deleteRows)
                    for run in runs {
                        delete.bind(1, run.lowerBound)
                        delete.bind(2, run.upperBound)
                        try delete.run()
                    }
                    return count
                },
                committed: { count in self.writer.waitingRows.withLock { $0.deleted(count) } }
            )
        } catch {
            // They are looked at again with the next append, and at the next start.
            writer.logger.warning(
                "processed ingest rows are not deleted",
                metadata: ["reason": "\(error.detail)"]
            )
        }
    }
}
