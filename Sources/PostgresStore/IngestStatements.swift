// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements that read the ingest log and its clocks, and the one that moves them.
enum IngestStatements {
    private static let columns = """
        i.partition, i.position, i.event_id, i.account, i.catalog_version, i.is_sandbox,
        i.received_at, i.payload, i.trace, i.origin, i.written_at
        """

    static let intake = PostgresStatement(
        "intake",
        """
        SELECT outcome, holder, place, at, held, written FROM intake(
            $1::integer, $2::bigint, $3::bigint, $4::boolean, $5::boolean, $6::integer,
            $7::text[], $8::bigint[], $9::bigint[], $10::integer[],
            $11::bytea[], $12::bigint[], $13::boolean[], $14::bigint[], $15::bigint[],
            $16::bigint[], $17::uuid[], $18::uuid[], $19::bytea[], $20::text[],
            $21::bytea[]
        )
        """
    )

    private static let selectHeads = PostgresStatement(
        "select_ingest_heads",
        "SELECT partition, head FROM ingest_heads WHERE partition = ANY ($1::integer[])"
    )

    private static let selectRecords = PostgresStatement(
        "select_records",
        """
        SELECT i.* FROM unnest($1::integer[], $2::bigint[], $3::bigint[])
            AS w (partition, cursor, count)
        CROSS JOIN LATERAL (
            SELECT \(columns), sum(octet_length(i.payload)) OVER (ORDER BY i.position) AS bytes,
                row_number() OVER (ORDER BY i.position) AS number
            FROM ingest i
            WHERE i.partition = w.partition AND i.position > w.cursor
            ORDER BY i.position LIMIT w.count
        ) i
        WHERE i.number = 1 OR i.bytes <= $4::bigint
        """
    )

    private static let selectWaiting = PostgresStatement(
        "select_waiting_record",
        """
        SELECT \(columns) FROM event_heads h
        JOIN ingest i ON i.partition = h.partition AND i.position > h.cursor
        WHERE h.partition = $1::integer AND i.event_id = $2::bytea
        """
    )

    private static let moveClocks = PostgresStatement(
        "move_live_clocks",
        """
        WITH free AS (
            SELECT partition FROM ingest_heads
            WHERE partition = ANY ($1::integer[]) AND live_clock < $2::bigint
            FOR UPDATE SKIP LOCKED
        )
        UPDATE ingest_heads h SET live_clock = $2::bigint FROM free
        WHERE h.partition = free.partition RETURNING h.partition, h.head
        """
    )

    private static let moveClock = PostgresStatement(
        "move_live_clock",
        """
        UPDATE ingest_heads SET live_clock = greatest(live_clock, $2::bigint)
        WHERE partition = $1::integer RETURNING partition, head
        """
    )

    private static let selectReached = PostgresStatement(
        "select_reached_clocks",
        """
        SELECT partition, head FROM ingest_heads
        WHERE partition = ANY ($1::integer[]) AND live_clock >= $2::bigint
        """
    )

    private static let selectClock = PostgresStatement(
        "select_sandbox_clock",
        "SELECT clock FROM clocks WHERE partition = $1::integer AND account = $2::text"
    )

    private static let selectClocks = PostgresStatement(
        "select_sandbox_clocks",
        """
        SELECT h.head, c.account, c.clock FROM ingest_heads h
        LEFT JOIN clocks c ON c.partition = h.partition
        WHERE h.partition = $1::integer
        """
    )

    private static let selectLatestClock = PostgresStatement(
        "select_latest_clock",
        "SELECT max(live_clock) FROM ingest_heads WHERE live_clock > 0"
    )

    private static let deleteProcessed = PostgresStatement(
        "delete_processed",
        """
        WITH old AS (
            SELECT g.position FROM ingest g
            WHERE g.partition = $1::integer AND g.position <= least($2::bigint, (
                SELECT h.cursor FROM event_heads h WHERE h.partition = $1::integer
            ))
            ORDER BY g.position LIMIT $3::bigint
        ), gone AS (
            DELETE FROM ingest i USING old
            WHERE i.partition = $1::integer AND i.position = old.position
        )
        SELECT count(*) FROM old
        """
    )

    /// The last places of partitions.
    static func heads(
        of partitions: [Partition],
        _ connection: PostgresConnection
    ) throws -> [Partition: IngestPosition] {
        var parameters = PostgresParameters()
        parameters.add(integers: partitions.map(\.number))
        let heads = try connection.all(selectHeads, parameters, place)
        return Dictionary(heads, uniquingKeysWith: { first, _ in first })
    }

    private static func place(_ row: PostgresRow) -> (Partition, IngestPosition) {
        (Partition(Int(row.integer(0))), IngestPosition(row.integer(1)))
    }

    /// So many records of each partition after its cursor, in order, with at most `limitBytes` of
    /// payloads but for the first.
    static func records(
        of share: [(partition: Partition, count: Int)],
        after cursors: [Partition: IngestPosition],
        limitBytes: Int,
        _ connection: PostgresConnection
    ) throws -> [Partition: [IngestRecord]] {
        var parameters = PostgresParameters()
        parameters.add(integers: share.map(\.partition.number))
        parameters.add(share.map { (cursors[$0.partition] ?? .start).value })
        parameters.add(share.map { Int64($0.count) })
        parameters.add(Int64(limitBytes))
        var read: [Partition: [IngestRecord]] = [:]
        var account: AccountID?
        try connection.forEachRow(selectRecords, parameters) { row in
            let record = try row.ingestRecord(lastAccount: account)
            account = record.account
            read[record.receipt.partition, default: []].append(record)
        }
        return read
    }

    /// A record behind its partition's cursor.
    static func waitingRecord(
        _ eventID: EventID,
        _ connection: PostgresConnection
    ) throws -> IngestRecord? {
        var parameters = PostgresParameters()
        parameters.add(integer: Int(eventID.partition))
        parameters.add(eventID.bytes)
        return try connection.first(selectWaiting, parameters) { try $0.ingestRecord() }
    }

    /// Moves live clocks forward and answers the last places after that.
    ///
    /// A clock that is there already was committed before: whatever was accepted earlier than that
    /// has been committed as well, since both hold the head's lock. Heads that are free are moved
    /// together, the others one by one: none is locked while another is waited for.
    static func advanceClocks(
        of partitions: [Partition],
        to instant: Timestamp,
        _ connection: PostgresConnection
    ) throws -> [Partition: IngestPosition] {
        func parameters(_ partitions: [Partition]) -> PostgresParameters {
            var parameters = PostgresParameters()
            parameters.add(integers: partitions.map(\.number))
            parameters.add(instant.microseconds)
            return parameters
        }
        let moved = try connection.all(moveClocks, parameters(partitions), place)
        var heads = Dictionary(moved, uniquingKeysWith: { first, _ in first })
        var others = partitions.filter { heads[$0] == nil }
        guard !others.isEmpty else { return heads }
        let reached = try connection.all(selectReached, parameters(others), place)
        heads.merge(reached) { moved, _ in moved }
        others = others.filter { heads[$0] == nil }
        for partition in others {
            var parameters = PostgresParameters()
            parameters.add(integer: partition.number)
            parameters.add(instant.microseconds)
            heads.merge(try connection.all(moveClock, parameters, place)) { moved, _ in moved }
        }
        return heads
    }

    static func clock(
        of account: AccountID,
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws -> Timestamp? {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(text: account.text.string)
        return try connection.first(selectClock, parameters) { try $0.timestamp(0) }
    }

    /// The test clocks of a partition and the head, in one statement and so at one moment.
    static func clocks(
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws -> (head: IngestPosition, clocks: [AccountID: Timestamp]) {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        var head = IngestPosition.start
        var clocks: [AccountID: Timestamp] = [:]
        try connection.forEachRow(selectClocks, parameters) { row in
            head = IngestPosition(row.integer(0))
            guard !row.isNull(1) else { return }
            clocks[try row.account(1)] = try row.timestamp(2)
        }
        return (head, clocks)
    }

    static func latestClock(_ connection: PostgresConnection) throws -> Timestamp? {
        let latest = try connection.first(selectLatestClock) { row in
            row.isNull(0) ? nil : try row.timestamp(0)
        }
        return latest.flatMap(\.self)
    }

    /// Deletes some of the rows up to a place, and none that has not been processed: after a
    /// fail-over the cursor may be behind what this node remembers.
    ///
    /// - Returns: How many.
    static func deleteProcessed(
        in partition: Partition,
        through place: IngestPosition,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> Int {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(place.value)
        parameters.add(Int64(limit))
        return try connection.first(deleteProcessed, parameters) { Int($0.integer(0)) } ?? 0
    }
}

extension PostgresRow {
    /// `lastAccount`: that of the row before, which is mostly this one's as well.
    fileprivate func ingestRecord(
        lastAccount: AccountID? = nil
    ) throws(StoreError) -> IngestRecord {
        IngestRecord(
            receipt: IngestReceipt(
                eventID: try eventID(2),
                partition: Partition(Int(integer(0))),
                position: IngestPosition(integer(1)),
                receivedAt: try timestamp(6)
            ),
            account: try account(3, orSame: lastAccount),
            catalogVersion: Int(integer(4)),
            isSandbox: bool(5),
            payload: bytes(7),
            trace: isNull(8) ? nil : string(8),
            origin: try origin(9),
            writtenAt: try timestamp(10)
        )
    }

    private func origin(_ column: Int32) throws(StoreError) -> IngestOrigin {
        guard let origin = withBytes(column, { IngestOrigin(bytes: $0) }) else {
            throw StoreError(.damaged, detail: "the origin of a record is not readable")
        }
        return origin
    }

    private func account(
        _ column: Int32,
        orSame known: AccountID?
    ) throws(StoreError) -> AccountID {
        if let known, withBytes(column, { known.text.utf8.elementsEqual($0) }) { return known }
        return try account(column)
    }
}
