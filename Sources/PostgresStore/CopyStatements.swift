// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements that write a copy of another store: each is one transaction of one partition, and
/// does nothing where its rows are there already.
///
/// Each depends on the copy's mark, whose row it locks against being moved: a statement that lay
/// unread at a server that had stopped does nothing once the store is released, or part of another
/// state of its source.
enum CopyStatements {
    /// Whether the mark is the one that the statement was made for; `place` is its parameter.
    private static func mine(_ place: Int) -> String {
        "mine AS (SELECT 1 AS one FROM store WHERE copy_level = $\(place)::bytea FOR SHARE)"
    }

    private static let insertClaims = PostgresStatement(
        "copy_claims",
        """
        WITH \(mine(7)), added AS (
            INSERT INTO idempotency (partition, scope, body, event_id, position, received_at)
            SELECT $1::integer, c.* FROM mine, unnest(
                $2::uuid[], $3::uuid[], $4::bytea[], $5::bigint[], $6::bigint[]
            ) AS c
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM mine
        """
    )

    private static let insertRecords = PostgresStatement(
        "copy_records",
        """
        WITH \(mine(12)), added AS (
            INSERT INTO ingest (
                partition, position, event_id, account, catalog_version, is_sandbox, received_at,
                payload, trace, origin, written_at
            )
            SELECT $1::integer, r.* FROM mine, unnest(
                $2::bigint[], $3::bytea[], $4::text[], $5::bigint[], $6::boolean[], $7::bigint[],
                $8::bytea[], $9::text[], $10::bytea[], $11::bigint[]
            ) AS r
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM mine
        """
    )

    private static let insertClocks = PostgresStatement(
        "copy_clocks",
        """
        WITH \(mine(4)), added AS (
            INSERT INTO clocks (partition, account, clock)
            SELECT $1::integer, c.* FROM mine, unnest($2::text[], $3::bigint[]) AS c
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM mine
        """
    )

    /// A key that the source has destroyed since an earlier run is destroyed here.
    private static let insertKeys = PostgresStatement(
        "copy_sealing_keys",
        """
        WITH \(mine(7)), added AS (
            INSERT INTO sealing_keys AS k (
                partition, account, customer, generation, key_id, secret
            )
            SELECT $1::integer, s.* FROM mine, unnest(
                $2::text[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bytea[]
            ) AS s
            ON CONFLICT (partition, account, customer, generation)
            DO UPDATE SET secret = NULL WHERE excluded.secret IS NULL AND k.secret IS NOT NULL
        )
        SELECT count(*) FROM mine
        """
    )

    private static let setIngestHead = PostgresStatement(
        "copy_ingest_head",
        """
        WITH \(mine(4)), moved AS (
            UPDATE ingest_heads SET head = $2::bigint, live_clock = $3::bigint
            FROM mine WHERE partition = $1::integer
        )
        SELECT count(*) FROM mine
        """
    )

    private static let setCursor = PostgresStatement(
        "copy_cursor",
        """
        WITH \(mine(4)), moved AS (
            UPDATE event_heads SET cursor = $2::bigint, drained = $3::bigint
            FROM mine WHERE partition = $1::integer
        )
        SELECT count(*) FROM mine
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
            WITH \(mine(2)), gone AS (
                DELETE FROM \(table) USING mine
                WHERE partition = $1::integer AND ctid = ANY (ARRAY(
                    SELECT ctid FROM \(table) WHERE partition = $1::integer
                    LIMIT \(clearedLimitRows)
                )) RETURNING 1
            )
            SELECT (SELECT count(*) FROM mine), (SELECT count(*) FROM gone)
            """
        )
    }

    private static let clearances = ["ingest", "clocks", "timers"].map(clear)

    static func add(
        _ claims: [StoredClaim],
        in partition: Partition,
        level: Digest,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(marks: claims.lazy.map { $0.scope })
        parameters.add(marks: claims.lazy.map { $0.body })
        parameters.add(claims.map(\.receipt.eventID.bytes))
        parameters.add(claims.map(\.receipt.position.value))
        parameters.add(claims.map(\.receipt.receivedAt.microseconds))
        try write(insertClaims, parameters, level, connection)
    }

    static func add(
        _ records: [IngestRecord],
        in partition: Partition,
        level: Digest,
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
        parameters.add(records.map(\.origin.bytes))
        parameters.add(records.map(\.writtenAt.microseconds))
        try write(insertRecords, parameters, level, connection)
    }

    static func add(
        _ clocks: [SandboxClock],
        in partition: Partition,
        level: Digest,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(texts: clocks.map(\.account.text.string))
        parameters.add(clocks.map(\.now.microseconds))
        try write(insertClocks, parameters, level, connection)
    }

    static func add(
        _ keys: [SealingKeyRecord],
        in partition: Partition,
        level: Digest,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(texts: keys.map(\.name.account.text.string))
        parameters.add(keys: keys.map(\.name.customer))
        parameters.add(keys.map { Int64($0.name.generation) })
        parameters.add(keys.map(\.id))
        parameters.add(optionals: keys.map(\.secret))
        try write(insertKeys, parameters, level, connection)
    }

    private static func write(
        _ statement: PostgresStatement,
        _ parameters: PostgresParameters,
        _ level: Digest,
        _ connection: PostgresConnection
    ) throws {
        var parameters = parameters
        parameters.add(level.bytes)
        guard try connection.first(statement, parameters, { $0.integer(0) }) == 1 else {
            throw moved
        }
    }

    private static let moved = StoreError(
        .conflict,
        detail: "the copy was released, or begun anew, meanwhile"
    )

    /// Puts the ingest head first: a cursor never stands after it.
    static func set(
        _ heads: PartitionHeads,
        level: Digest,
        _ connection: PostgresConnection
    ) throws {
        var ingest = PostgresParameters()
        ingest.add(integer: heads.partition.number)
        ingest.add(heads.ingestHead.value)
        ingest.add(heads.liveClock.microseconds)
        try write(setIngestHead, ingest, level, connection)
        var cursor = PostgresParameters()
        cursor.add(integer: heads.partition.number)
        cursor.add(heads.state.cursor.value)
        cursor.add(heads.state.drained.value)
        try write(setCursor, cursor, level, connection)
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

    static func clearPassing(
        in partition: Partition,
        level: Digest,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(level.bytes)
        for clearance in clearances {
            var gone: Int64 = 1
            while gone > 0 {
                let row = try connection.first(clearance, parameters) { row in
                    (mine: row.integer(0), gone: row.integer(1))
                }
                guard let row, row.mine == 1 else { throw moved }
                gone = row.gone
            }
        }
    }
}
