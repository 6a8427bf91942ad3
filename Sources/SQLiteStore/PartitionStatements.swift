// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the store's and the partitions' rows.
enum PartitionStatements {
    static let insertStore = """
        INSERT INTO store (id, partition_count, identity, log_name) VALUES (1, ?1, ?2, ?3)
        """

    static let selectStore = """
        SELECT partition_count, identity, log_name FROM store WHERE id = 1
        """

    static let insertPartition = "INSERT INTO partitions (partition) VALUES (?1)"

    static let selectPartition = """
        SELECT ingest_head, live_clock, event_head, cursor, drained, epoch
        FROM partitions WHERE partition = ?1
        """

    static let moveIngestHead = """
        UPDATE partitions SET ingest_head = ?2, live_clock = ?3 WHERE partition = ?1
        """

    static let moveLiveClock = """
        UPDATE partitions SET live_clock = ?2 WHERE partition = ?1 AND live_clock < ?2
        """

    /// The owner's append starts with it: it changes one row or the owner is mistaken.
    static let moveEventHead = """
        UPDATE partitions SET event_head = ?5, cursor = ?6, drained = ?7
        WHERE partition = ?1 AND epoch = ?2 AND event_head = ?3 AND cursor = ?4
        """

    static let moveCatalogHead = """
        UPDATE partitions SET event_head = event_head + 1 WHERE partition = ?1
        RETURNING event_head
        """

    static let all = [
        insertStore, selectStore, insertPartition, selectPartition, moveIngestHead, moveLiveClock,
        moveEventHead, moveCatalogHead,
    ]

    /// One partition's row.
    struct Row {
        let entry: IntakeLedger.Entry
        let state: PartitionState
    }

    /// Reads one partition's row; nil when there is none.
    static func row(of partition: Partition, _ database: Database) throws -> Row? {
        let statement = try BoundStatement(database, selectPartition)
        statement.bind(1, partition)
        return try statement.first { row in
            Row(
                entry: IntakeLedger.Entry(
                    ingestHead: row.integer(0),
                    liveClock: try row.timestamp(1),
                    eventHead: row.integer(2),
                    cursor: row.integer(3)
                ),
                state: PartitionState(
                    head: LogPosition(row.integer(2)),
                    cursor: IngestPosition(row.integer(3)),
                    drained: IngestPosition(row.integer(4)),
                    epoch: Int(row.integer(5))
                )
            )
        }
    }
}
