// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements that write a copy of another store: each is one transaction of one partition, and
/// does nothing where its rows are there already.
enum CopyStatements {
    private static let insertClaims = PostgresStatement(
        "copy_claims",
        """
        INSERT INTO idempotency (partition, scope, body, event_id, position, received_at)
        SELECT $1::integer, c.* FROM unnest(
            $2::uuid[], $3::uuid[], $4::bytea[], $5::bigint[], $6::bigint[]
        ) AS c
        ON CONFLICT DO NOTHING
        """
    )

    private static let insertRecords = PostgresStatement(
        "copy_records",
        """
        INSERT INTO ingest (
            partition, position, event_id, account, catalog_version, is_sandbox, received_at,
            payload, trace
        )
        SELECT $1::integer, r.* FROM unnest(
            $2::bigint[], $3::bytea[], $4::text[], $5::bigint[], $6::boolean[], $7::bigint[],
            $8::bytea[], $9::text[]
        ) AS r
        ON CONFLICT DO NOTHING
        """
    )

    private static let insertClocks = PostgresStatement(
        "copy_clocks",
        """
        INSERT INTO clocks (partition, account, clock)
        SELECT $1::integer, c.* FROM unnest($2::text[], $3::bigint[]) AS c
        ON CONFLICT DO NOTHING
        """
    )

    private static let setIngestHead = PostgresStatement(
        "copy_ingest_head",
        """
        UPDATE ingest_heads SET head = $2::bigint, live_clock = $3::bigint
        WHERE partition = $1::integer
        """
    )

    private static let setCursor = PostgresStatement(
        "copy_cursor",
        """
        UPDATE event_heads SET cursor = $2::bigint, drained = $3::bigint
        WHERE partition = $1::integer
        """
    )

    private static let selectProgress = PostgresStatement(
        "select_copy_progress",
        """
        SELECT
            (SELECT scope FROM idempotency WHERE partition = $1::integer
             ORDER BY scope DESC LIMIT 1),
            (SELECT position FROM ingest WHERE partition = $1::integer
             ORDER BY position DESC LIMIT 1),
            (SELECT account FROM clocks WHERE partition = $1::integer
             ORDER BY account DESC LIMIT 1)
        """
    )

    private static let selectLastTimer = PostgresStatement(
        "select_last_timer",
        """
        SELECT t.clock, t.due, s.account, s.kind, s.key
        FROM (
            SELECT * FROM timers WHERE partition = $1::integer
            ORDER BY clock DESC, due DESC, stream DESC LIMIT 1
        ) t
        LEFT JOIN streams s ON s.partition = t.partition AND s.stream = t.stream
        """
    )

    /// So many rows are removed at a time.
    private static let clearedLimitRows = 10_000

    private static func clear(_ table: String) -> PostgresStatement {
        PostgresStatement(
            "clear_\(table)",
            """
            WITH gone AS (
                DELETE FROM \(table) WHERE partition = $1::integer AND ctid = ANY (ARRAY(
                    SELECT ctid FROM \(table) WHERE partition = $1::integer
                    LIMIT \(clearedLimitRows)
                )) RETURNING 1
            )
            SELECT count(*) FROM gone
            """
        )
    }

    private static let clearances = ["ingest", "clocks", "timers"].map(clear)

    static func add(
        _ claims: [StoredClaim],
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(marks: claims.lazy.map { $0.scope })
        parameters.add(marks: claims.lazy.map { $0.body })
        parameters.add(claims.map(\.receipt.eventID.bytes))
        parameters.add(claims.map(\.receipt.position.value))
        parameters.add(claims.map(\.receipt.receivedAt.microseconds))
        _ = try connection.all(insertClaims, parameters) { _ in }
    }

    static func add(
        _ records: [IngestRecord],
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(records.map(\.receipt.position.value))
        parameters.add(records.map(\.receipt.eventID.bytes))
        parameters.add(texts: records.map(\.account.text.string))
        parameters.add(records.map { Int64($0.catalogVersion) })
        parameters.add(records.map(\.isSandbox))
        parameters.add(records.map(\.receipt.receivedAt.microseconds))
        parameters.add(records.map(\.payload))
        parameters.add(texts: records.map(\.trace))
        _ = try connection.all(insertRecords, parameters) { _ in }
    }

    static func add(
        _ clocks: [SandboxClock],
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(texts: clocks.map(\.account.text.string))
        parameters.add(clocks.map(\.now.microseconds))
        _ = try connection.all(insertClocks, parameters) { _ in }
    }

    /// Puts the ingest head first: a cursor never stands after it.
    static func set(_ heads: PartitionHeads, _ connection: PostgresConnection) throws {
        var ingest = PostgresParameters()
        ingest.add(integer: heads.partition.number)
        ingest.add(heads.ingestHead.value)
        ingest.add(heads.liveClock.microseconds)
        _ = try connection.all(setIngestHead, ingest) { _ in }
        var cursor = PostgresParameters()
        cursor.add(integer: heads.partition.number)
        cursor.add(heads.state.cursor.value)
        cursor.add(heads.state.drained.value)
        _ = try connection.all(setCursor, cursor) { _ in }
    }

    static func progress(
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws -> CopyProgress {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        let timer = try connection.first(selectLastTimer, parameters) {
            try $0.timer(in: partition)
        }
        let progress = try connection.first(selectProgress, parameters) { row in
            CopyProgress(
                claim: row.isNull(0) ? nil : try row.mark(0),
                record: row.isNull(1) ? nil : IngestPosition(row.integer(1)),
                clock: row.isNull(2) ? nil : try row.account(2),
                timer: timer
            )
        }
        return progress ?? CopyProgress(claim: nil, record: nil, clock: nil, timer: timer)
    }

    static func clearPassing(in partition: Partition, _ connection: PostgresConnection) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        for clearance in clearances {
            while try connection.first(clearance, parameters, { $0.integer(0) }) ?? 0 > 0 {}
        }
    }
}
