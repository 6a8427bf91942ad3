// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements that read the settlement timers.
enum TimerStatements {
    private static let selectDue = PostgresStatement(
        "select_due_timers",
        """
        SELECT w.ordinal, t.due, s.account, s.kind, s.key
        FROM unnest($1::integer[], $2::text[], $3::bigint[]) WITH ORDINALITY
            AS w (partition, clock, through, ordinal)
        CROSS JOIN LATERAL (
            SELECT due, stream FROM timers t
            WHERE t.partition = w.partition AND t.clock = w.clock AND t.due <= w.through
            ORDER BY t.due, t.stream LIMIT $4::bigint
        ) t
        JOIN streams s ON s.partition = w.partition AND s.stream = t.stream
        ORDER BY w.ordinal, t.due, t.stream LIMIT $4::bigint
        """
    )

    private static let selectNext = PostgresStatement(
        "select_next_timers",
        """
        SELECT w.ordinal, t.due
        FROM unnest($1::integer[], $2::text[]) WITH ORDINALITY AS w (partition, clock, ordinal)
        CROSS JOIN LATERAL (
            SELECT due FROM timers t
            WHERE t.partition = w.partition AND t.clock = w.clock ORDER BY t.due LIMIT 1
        ) t
        """
    )

    /// What is due, earliest first within a clock, at most `limit` in all.
    static func due(
        _ queries: [TimerQuery],
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [DueTimer] {
        var parameters = PostgresParameters()
        parameters.add(integers: queries.map(\.clock.partition.number))
        parameters.add(texts: queries.map(\.clock.clock.column))
        parameters.add(queries.map(\.through.microseconds))
        parameters.add(Int64(limit))
        return try connection.all(selectDue, parameters) { row in
            DueTimer(
                clock: queries[Int(row.integer(0)) - 1].clock,
                stream: try row.stream(at: 2),
                due: try row.timestamp(1)
            )
        }
    }

    /// The earliest timer of each clock that has one.
    static func next(
        on clocks: [PartitionClock],
        _ connection: PostgresConnection
    ) throws -> [PartitionClock: Timestamp] {
        var parameters = PostgresParameters()
        parameters.add(integers: clocks.map(\.partition.number))
        parameters.add(texts: clocks.map(\.clock.column))
        var next: [PartitionClock: Timestamp] = [:]
        try connection.forEachRow(selectNext, parameters) { row in
            next[clocks[Int(row.integer(0)) - 1]] = try row.timestamp(1)
        }
        return next
    }
}
