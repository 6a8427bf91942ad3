// SPDX-License-Identifier: Apache-2.0

import EventStore
import GRDB

/// What is checked each time a store is opened, in a few milliseconds.
///
/// A full check of every page would take minutes; `PRAGMA integrity_check` belongs to an operator's
/// command. Here each partition's heads are compared with the last rows of its logs, which notices
/// lost pages, and the heads' sums with the high-water mark beside the file, which notices a
/// write-ahead log that was cut or lost.
struct StoreCheck {
    let path: String
    /// What the mark said before anything was read from the file.
    let acknowledged: HighWaterMark.Level?

    /// Reads what the writer keeps in memory, checked, from one state of the file.
    ///
    /// `rows`: What the ingest log holds; what is processed of it is taken out.
    func ledger(
        of partitioning: Partitioning,
        rows: consuming WaitingRows,
        _ database: Database
    ) throws -> (IntakeLedger, WaitingRows) {
        let entries = try (partitioning.outcomePartitions + [partitioning.catalogPartition]).map {
            try entry(of: $0, database)
        }
        var rows = rows
        for partition in partitioning.outcomePartitions {
            let entry = entries[partition.number]
            let last = rows.lastPosition(of: partition) ?? entry.cursor
            guard max(last, entry.cursor) == entry.ingestHead else {
                throw damaged(
                    "partition \(partition) lacks waiting records up to \(entry.ingestHead)"
                )
            }
            rows.processed(partition, through: entry.cursor)
        }
        let ledger = IntakeLedger(partitioning: partitioning, entries: entries)
        try compareWithMark(ledger.level)
        return (ledger, rows)
    }

    private func entry(
        of partition: Partition,
        _ database: Database
    ) throws -> IntakeLedger.Entry {
        guard let row = try PartitionStatements.row(of: partition, database) else {
            throw damaged("partition \(partition) is missing")
        }
        let entry = row.entry
        let lastEvent = try lastPosition(of: partition, database)
        guard lastEvent == entry.eventHead else {
            throw damaged(
                "partition \(partition) ends at event \(lastEvent), not \(entry.eventHead)"
            )
        }
        return entry
    }

    private func lastPosition(of partition: Partition, _ database: Database) throws -> Int64 {
        let select = try BoundStatement(database, EventLogStatements.selectLastPlace)
        select.bind(1, EventPlace.start(of: partition))
        select.bind(2, EventPlace.end(of: partition))
        let place = try select.first { $0.integer(0) }
        return place.map { EventPlace.position(of: $0).value } ?? 0
    }

    private func compareWithMark(_ level: HighWaterMark.Level) throws {
        guard let acknowledged else { return }
        guard level.accepted < acknowledged.accepted || level.appended < acknowledged.appended
        else { return }
        throw StoreOpenError(
            .behind,
            path: path,
            detail: "\(level.accepted) of \(acknowledged.accepted) accepted events and "
                + "\(level.appended) of \(acknowledged.appended) facts are there"
        )
    }

    private func damaged(_ detail: String) -> StoreOpenError {
        StoreOpenError(.damaged, path: path, detail: detail)
    }
}
