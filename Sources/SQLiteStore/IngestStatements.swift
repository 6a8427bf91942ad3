// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the ingest log and the test clocks.
enum IngestStatements {
    static let insertRecords = """
        INSERT INTO ingest (partition, first_position, last_position, records)
        VALUES (?1, ?2, ?3, ?4)
        """

    static let selectRecords = """
        SELECT first_position, records FROM ingest
        WHERE partition = ?1 AND last_position > ?2
        ORDER BY last_position LIMIT ?3
        """

    static let deleteProcessed = """
        DELETE FROM ingest WHERE partition = ?1 AND last_position <= ?2
        """

    static let selectLastPosition = """
        SELECT max(last_position) FROM ingest WHERE partition = ?1
        """

    static let setClock = """
        INSERT INTO clocks (partition, account, clock) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET clock = excluded.clock
        """

    static let selectClock = """
        SELECT clock FROM clocks WHERE partition = ?1 AND account = ?2
        """

    static let selectClocks = "SELECT account, clock FROM clocks WHERE partition = ?1"

    static let all = [
        insertRecords, selectRecords, deleteProcessed, selectLastPosition, setClock, selectClock,
        selectClocks,
    ]

    /// A test clock as it is stored.
    static func clock(
        of account: AccountID,
        in partition: Partition,
        _ database: Database
    ) throws -> Timestamp? {
        let statement = try BoundStatement(database, selectClock)
        statement.bind(1, partition)
        statement.bind(2, account.text)
        return try statement.first { try $0.timestamp(0) }
    }

    /// The test clocks of a partition.
    static func clocks(
        in partition: Partition,
        _ database: Database
    ) throws -> [AccountID: Timestamp] {
        let statement = try BoundStatement(database, selectClocks)
        statement.bind(1, partition)
        var clocks: [AccountID: Timestamp] = [:]
        try statement.forEachRow { row in
            clocks[try row.account(0)] = try row.timestamp(1)
            return true
        }
        return clocks
    }

    /// Records after a place, in order.
    static func records(
        in partition: Partition,
        after position: Int64,
        limit: Int,
        _ database: Database
    ) throws -> [IngestRecord] {
        let statement = try BoundStatement(database, selectRecords)
        statement.bind(1, partition)
        statement.bind(2, position)
        statement.bind(3, limit)
        var records: [IngestRecord] = []
        try statement.forEachRow { row in
            let first = row.integer(0)
            try row.withBytes(1) { bytes in
                var frame = try IngestFrameReader(bytes, partition: partition, first: first)
                while records.count < limit, let record = try frame.next(after: position) {
                    records.append(record)
                }
            }
            return records.count < limit
        }
        return records
    }

    /// The record with an id among those after a place.
    static func record(
        _ eventID: EventID,
        in partition: Partition,
        after position: Int64,
        _ database: Database
    ) throws -> IngestRecord? {
        let statement = try BoundStatement(database, selectRecords)
        statement.bind(1, partition)
        statement.bind(2, position)
        statement.bind(3, Int64.max)
        var found: IngestRecord?
        try statement.forEachRow { row in
            let first = row.integer(0)
            found = try row.withBytes(1) { bytes in
                var frame = try IngestFrameReader(bytes, partition: partition, first: first)
                return try frame.record(eventID, after: position)
            }
            return found == nil
        }
        return found
    }
}
