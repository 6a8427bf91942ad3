// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements that read everything a store holds, page by page.
enum ContentsStatements {
    private static let selectHeads = PostgresStatement(
        "select_partition_heads",
        """
        SELECT e.partition, coalesce(i.head, 0), coalesce(i.live_clock, 0), e.head, e.cursor,
            e.drained, e.epoch
        FROM event_heads e LEFT JOIN ingest_heads i ON i.partition = e.partition
        ORDER BY e.partition
        """
    )

    private static let countStreams = PostgresStatement(
        "count_streams",
        "SELECT count(*) FROM streams WHERE partition = $1::integer"
    )

    private static let selectStreams = PostgresStatement(
        "select_stream_page",
        """
        SELECT stream, fingerprint, account, kind, key FROM streams
        WHERE partition = $1::integer AND (fingerprint, account, kind, key)
            > ($2::bigint, $3::text, $4::integer, $5::bytea)
        ORDER BY fingerprint, account, kind, key LIMIT $6::bigint
        """
    )

    private static let selectClaims = PostgresStatement(
        "select_claim_page",
        """
        SELECT scope, body, event_id, position, received_at FROM idempotency
        WHERE partition = $1::integer AND scope > $2::uuid ORDER BY scope LIMIT $3::bigint
        """
    )

    private static let selectClocks = PostgresStatement(
        "select_clock_page",
        """
        SELECT account, clock FROM clocks
        WHERE partition = $1::integer AND account > $2::text ORDER BY account LIMIT $3::bigint
        """
    )

    private static let selectTimers = PostgresStatement(
        "select_timer_page",
        """
        SELECT t.clock, t.due, s.account, s.kind, s.key
        FROM (
            SELECT * FROM timers
            WHERE partition = $1::integer
                AND (clock, due, stream) > ($2::text, $3::bigint, $4::bigint)
            ORDER BY clock, due, stream LIMIT $5::bigint
        ) t
        LEFT JOIN streams s ON s.partition = t.partition AND s.stream = t.stream
        ORDER BY t.clock, t.due, t.stream
        """
    )

    /// Where each partition stands, in order.
    static func heads(_ connection: PostgresConnection) throws -> [PartitionHeads] {
        try connection.all(selectHeads) { row in
            PartitionHeads(
                partition: Partition(Int(row.integer(0))),
                ingestHead: IngestPosition(row.integer(1)),
                liveClock: try row.timestamp(2),
                state: PartitionState(
                    head: LogPosition(row.integer(3)),
                    cursor: IngestPosition(row.integer(4)),
                    drained: IngestPosition(row.integer(5)),
                    epoch: Int(row.integer(6))
                )
            )
        }
    }

    static func streamCount(
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws -> Int {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        return try connection.first(countStreams, parameters) { Int($0.integer(0)) } ?? 0
    }

    /// Streams after one of them, by the index that leads to them.
    static func streams(
        in partition: Partition,
        after stream: StoredStream?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [StoredStream] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(stream?.fingerprint ?? .min)
        parameters.add(text: stream?.stream.account.text.string ?? "")
        parameters.add(integer: stream?.stream.kind.number ?? 0)
        parameters.add(stream.map { Array($0.stream.key.utf8) } ?? [])
        parameters.add(Int64(limit))
        return try connection.all(selectStreams, parameters) { row in
            StoredStream(
                stream: try row.stream(at: 2),
                number: StreamNumber(partition: partition, first: row.integer(0)).value,
                fingerprint: row.integer(1)
            )
        }
    }

    /// Claims after a scope.
    static func claims(
        in partition: Partition,
        after scope: ClaimMark?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [StoredClaim] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        // No SHA-256 begins with so many zeros.
        parameters.add(scope?.bytes ?? [UInt8](repeating: 0, count: ClaimMark.byteCount))
        parameters.add(Int64(limit))
        return try connection.all(selectClaims, parameters) { row in
            StoredClaim(
                scope: try row.mark(0),
                body: try row.mark(1),
                receipt: IngestReceipt(
                    eventID: try row.eventID(2),
                    partition: partition,
                    position: IngestPosition(row.integer(3)),
                    receivedAt: try row.timestamp(4)
                )
            )
        }
    }

    /// Test clocks after an account.
    static func clocks(
        in partition: Partition,
        after account: AccountID?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [SandboxClock] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(text: account?.text.string ?? "")
        parameters.add(Int64(limit))
        return try connection.all(selectClocks, parameters) { row in
            SandboxClock(account: try row.account(0), now: try row.timestamp(1))
        }
    }

    /// Timers after one of them, whose stream has this number.
    static func timers(
        in partition: Partition,
        after timer: (timer: DueTimer, stream: StreamNumber)?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [DueTimer] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(text: timer?.timer.clock.clock.column ?? "")
        parameters.add(timer?.timer.due.microseconds ?? -1)
        parameters.add(timer?.stream.first ?? 0)
        parameters.add(Int64(limit))
        return try connection.all(selectTimers, parameters) { try $0.timer(in: partition) }
    }
}

extension PostgresRow {
    /// A timer from five columns: clock, time, and its stream's account, kind and key.
    func timer(in partition: Partition) throws(StoreError) -> DueTimer {
        guard !isNull(2) else {
            throw StoreError(.damaged, detail: "\(partition): a timer of an unknown stream")
        }
        let isLive = withBytes(0) { $0.isEmpty }
        return DueTimer(
            clock: PartitionClock(
                partition: partition,
                clock: isLive ? .live : .sandbox(try account(0))
            ),
            stream: try stream(at: 2),
            due: try timestamp(1)
        )
    }
}
