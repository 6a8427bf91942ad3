// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the ingest log and the test clocks.
enum IngestStatements {
    static let insertRow = "INSERT INTO ingest (flush, parts, records) VALUES (?1, ?2, ?3)"

    static let selectRow = "SELECT parts, records FROM ingest WHERE flush = ?1"

    static let selectDirectories = "SELECT flush, parts FROM ingest WHERE flush > ?1 ORDER BY flush"

    static let deleteRows = "DELETE FROM ingest WHERE flush BETWEEN ?1 AND ?2"

    static let setClock = """
        INSERT INTO clocks (partition, account, clock) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET clock = excluded.clock
        """

    static let selectClock = """
        SELECT clock FROM clocks WHERE partition = ?1 AND account = ?2
        """

    static let selectClocks = "SELECT account, clock FROM clocks WHERE partition = ?1"

    static let selectClockPage = """
        SELECT account, clock FROM clocks
        WHERE partition = ?1 AND account > ?2 ORDER BY account LIMIT ?3
        """

    static let all = [
        insertRow, selectRow, selectDirectories, deleteRows, setClock, selectClock, selectClocks,
        selectClockPage,
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

    /// Test clocks of a partition after an account, in order, at most `limit`.
    static func clocks(
        in partition: Partition,
        after account: AccountID?,
        limit: Int,
        _ database: Database
    ) throws -> [SandboxClock] {
        let statement = try BoundStatement(database, selectClockPage)
        statement.bind(1, partition)
        statement.bind(2, account?.text ?? "")
        statement.bind(3, limit)
        return try statement.all {
            SandboxClock(account: try $0.account(0), now: try $0.timestamp(1))
        }
    }

    /// Which rows there are, and what they hold.
    static func waitingRows(
        of partitioning: Partitioning,
        after flush: Int64,
        _ database: Database
    ) throws -> WaitingRows {
        let statement = try BoundStatement(database, selectDirectories)
        statement.bind(1, 0)
        var rows = WaitingRows(partitions: partitioning.count, lastFlush: flush)
        try statement.forEachRow { row in
            let directory = try row.withBytes(1) { try IngestDirectory($0) }
            guard directory.parts.allSatisfy({ $0.partition.number < partitioning.count }) else {
                throw StoreError(.damaged, detail: "ingest records of no partition")
            }
            rows.add(row.integer(0), directory.parts.map { ($0.partition, $0.last) })
            return true
        }
        return rows
    }

    /// Hands over the frames that some partitions have in a flush's row, if it is still there.
    static func frames(
        of partitions: Set<Partition>,
        in flush: Int64,
        _ database: Database,
        _ body: (inout IngestFrameReader) throws -> Void
    ) throws {
        let statement = try BoundStatement(database, selectRow)
        statement.bind(1, flush)
        try statement.forEachRow { row in
            let directory = try row.withBytes(0) { try IngestDirectory($0) }
            try row.withBytes(1) { records in
                for part in directory.parts where partitions.contains(part.partition) {
                    guard part.frame.upperBound <= records.count else {
                        throw StoreError(.damaged, detail: "ingest records are cut off")
                    }
                    var frame = try IngestFrameReader(
                        UnsafeRawBufferPointer(rebasing: records[part.frame]),
                        partition: part.partition,
                        first: part.first
                    )
                    try body(&frame)
                }
            }
            return false
        }
    }

    /// Records of flushes after places, in order, each flush's row read once for all partitions.
    ///
    /// Of each partition at most as many as are wanted, and at most `limitBytes` of payloads but for
    /// its first record.
    static func records(
        of wanted: [Partition: Int],
        in flushes: [Int64: Set<Partition>],
        limitBytes: Int,
        after cursors: [Partition: IngestPosition],
        _ database: Database
    ) throws -> [Partition: [IngestRecord]] {
        var read: [Partition: [IngestRecord]] = [:]
        var rooms = wanted.mapValues { _ in limitBytes }
        for (flush, partitions) in flushes.sorted(by: { $0.key < $1.key }) {
            try frames(of: partitions, in: flush, database) { frame in
                let cursor = cursors[frame.partition] ?? .start
                let limit = wanted[frame.partition] ?? 0
                while read[frame.partition, default: []].count < limit,
                    rooms[frame.partition, default: 0] >= 0,
                    let record = try frame.next(after: cursor.value)
                {
                    rooms[frame.partition, default: 0] -= record.payload.count
                    let fits = rooms[frame.partition, default: 0] >= 0
                    guard fits || read[frame.partition] == nil else { break }
                    read[frame.partition, default: []].append(record)
                }
            }
        }
        return read
    }
}
