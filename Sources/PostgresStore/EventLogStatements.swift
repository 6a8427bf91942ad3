// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements of the event log, and what reads with them.
enum EventLogStatements {
    /// What `event` reads, of a table that is called e.
    private static let columns = """
        e.partition, e.position, e.stream, e.version, e.event_id, e.header, e.body,
        e.metadata_encryption, e.metadata_key, e.metadata, e.envelope, e.previous, e.hash
        """

    static let append = PostgresStatement(
        "append",
        """
        WITH moved AS (
            UPDATE event_heads
            SET head = $5::bigint, cursor = $6::bigint, drained = $7::bigint
            WHERE partition = $1::integer AND epoch = $2::bigint AND head = $3::bigint
                AND cursor = $4::bigint AND (owner IS NULL OR owner = $31::bigint) AND $6::bigint <= greatest($4::bigint, (
                    SELECT i.head FROM ingest_heads i WHERE i.partition = $1::integer
                ))
            RETURNING partition
        ), made AS (
            INSERT INTO streams (partition, stream, fingerprint, account, kind, key)
            SELECT m.partition, s.stream, s.fingerprint, s.account, s.kind, s.key
            FROM moved m, unnest(
                $8::bigint[], $9::bigint[], $10::text[], $11::integer[], $12::bytea[]
            ) AS s (stream, fingerprint, account, kind, key)
        ), written AS (
            INSERT INTO events (
                partition, position, stream, version, event_id, header, body,
                metadata_encryption, metadata_key, metadata, envelope, previous, hash
            )
            SELECT m.partition, e.*
            FROM moved m, unnest(
                $13::bigint[], $14::bigint[], $15::bigint[], $16::bytea[], $17::bytea[],
                $18::bytea[], $19::integer[], $20::bytea[], $21::bytea[], $22::bytea[],
                $23::bytea[], $24::bytea[]
            ) AS e
        ), removed AS (
            DELETE FROM timers t
            USING moved m, unnest($25::text[], $26::bigint[], $27::bigint[])
                AS r (clock, due, stream)
            WHERE t.partition = $1::integer AND t.partition = m.partition
                AND t.clock = r.clock AND t.due = r.due AND t.stream = r.stream
        ), armed AS (
            INSERT INTO timers (partition, clock, due, stream)
            SELECT m.partition, a.clock, a.due, a.stream
            FROM moved m, unnest($28::text[], $29::bigint[], $30::bigint[])
                AS a (clock, due, stream)
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM moved
        """
    )

    static let selectNumbers = PostgresStatement(
        "select_stream_numbers",
        """
        SELECT s.partition, s.stream, s.account, s.kind, s.key
        FROM unnest($1::integer[], $2::bigint[]) AS w (partition, fingerprint)
        JOIN streams s ON s.partition = w.partition AND s.fingerprint = w.fingerprint
        """
    )

    private static let byPosition = PostgresStatement(
        "select_events_by_position",
        """
        SELECT \(columns), s.account, s.kind, s.key
        FROM (
            SELECT * FROM events WHERE partition = $1::integer AND position > $2::bigint
            ORDER BY position LIMIT $3::bigint
        ) e
        LEFT JOIN streams s ON s.partition = e.partition AND s.stream = e.stream
        ORDER BY e.position
        """
    )

    /// In no order that could be relied on, though a nested loop gives the log's.
    ///
    /// LATERAL with LIMIT keeps to the indexes, whatever a plan was made for.
    private static let ofSpans = PostgresStatement(
        "select_events_of_spans",
        """
        SELECT \(columns), s.account, s.kind, s.key
        FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS w (partition, position, most)
        CROSS JOIN LATERAL (
            SELECT * FROM events x
            WHERE x.partition = w.partition AND x.position > w.position
            ORDER BY x.position LIMIT w.most
        ) e
        LEFT JOIN LATERAL (
            SELECT * FROM streams y
            WHERE y.partition = e.partition AND y.stream = e.stream LIMIT 1
        ) s ON true
        """
    )

    static let selectHashes = PostgresStatement(
        "select_hashes",
        """
        SELECT w.ordinal, e.hash
        FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS w (partition, position, ordinal)
        JOIN events e ON e.partition = w.partition AND e.position = w.position
        """
    )

    private static let byVersion = PostgresStatement(
        "select_events_by_version",
        """
        SELECT \(columns) FROM (
            SELECT e.*, sum(\(bytes)) OVER (ORDER BY e.version) - \(bytes) AS bytes_before
            FROM (
                SELECT * FROM events
                WHERE partition = $1::integer AND stream = $2::bigint AND version > $3::bigint
                ORDER BY version LIMIT $4::bigint
            ) e
        ) e
        WHERE e.bytes_before < $5::bigint
        ORDER BY e.version
        """
    )

    /// What `StoredEvent.byteCount` counts; lengths are known without reading what they are of.
    private static let bytes = """
        (octet_length(e.header) + octet_length(e.body) + octet_length(e.metadata)
            + octet_length(e.envelope))
        """

    /// Stream by stream, each in order of version: what a nested loop over the inner SELECT gives.
    private static let ofStreams = PostgresStatement(
        "select_events_of_streams",
        """
        SELECT e.* FROM unnest($1::integer[], $2::bigint[]) AS w (partition, stream)
        CROSS JOIN LATERAL (
            SELECT \(columns) FROM events e
            WHERE e.partition = w.partition AND e.stream = w.stream ORDER BY e.version
        ) e
        """
    )

    /// The same of what decides.
    private static let contentsOfStreams = PostgresStatement(
        "select_contents_of_streams",
        """
        SELECT e.* FROM unnest($1::integer[], $2::bigint[]) AS w (partition, stream)
        CROSS JOIN LATERAL (
            SELECT e.partition, e.position, e.stream, e.version, e.header, e.body, e.envelope,
                e.hash
            FROM events e
            WHERE e.partition = w.partition AND e.stream = w.stream
                AND e.version BETWEEN $3::bigint AND $4::bigint
            ORDER BY e.version
            LIMIT $5::bigint
        ) e
        """
    )

    private static let aboutEvent = PostgresStatement(
        "select_events_about",
        """
        SELECT \(columns), s.account, s.kind, s.key
        FROM streams s
        JOIN events e ON e.partition = s.partition AND e.stream = s.stream
        WHERE s.partition = $1::integer AND s.fingerprint = $2::bigint
            AND e.event_id = $3::bytea
        ORDER BY e.stream, e.version
        """
    )

    /// Events of a partition after a place, in order.
    static func events(
        in partition: Partition,
        after position: LogPosition,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [StoredEvent] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(position.value)
        parameters.add(Int64(limit))
        return try connection.all(byPosition, parameters) { row in
            try row.event(of: try row.stream(at: 13))
        }
    }

    /// Events of several partitions, each in order; a partition without any is absent.
    static func events(
        of spans: [LogSpan],
        _ connection: PostgresConnection
    ) throws -> [Partition: [StoredEvent]] {
        var parameters = PostgresParameters()
        parameters.add(integers: spans.map(\.partition.number))
        parameters.add(spans.map(\.position.value))
        parameters.add(spans.map { Int64($0.limit) })
        var events: [Partition: [StoredEvent]] = [:]
        var isInOrder = true
        try connection.forEachRow(ofSpans, parameters) { row in
            let event = try row.event(of: try row.stream(at: 13))
            if let last = events[event.partition]?.last, last.position >= event.position {
                isInOrder = false
            }
            events[event.partition, default: []].append(event)
        }
        guard !isInOrder else { return events }
        return events.mapValues { $0.sorted { $0.position < $1.position } }
    }

    /// A page of one stream, in order of version, that ends with the event by which it has its bytes.
    static func events(
        of stream: StreamID,
        number: StreamNumber,
        after version: Int,
        limit: Int,
        limitBytes: Int,
        _ connection: PostgresConnection
    ) throws -> [StoredEvent] {
        var parameters = PostgresParameters()
        parameters.add(integer: number.partition.number)
        parameters.add(number.first)
        parameters.add(Int64(version))
        parameters.add(Int64(limit))
        parameters.add(Int64(max(limitBytes, 1)))
        return try connection.all(byVersion, parameters) { try $0.event(of: stream) }
    }

    /// Hands over whole streams, event by event, each in order of version.
    static func forEachEvent(
        of streams: [(number: StreamNumber, stream: StreamID)],
        _ connection: PostgresConnection,
        _ body: (StoredEvent) throws -> Void
    ) throws {
        var check = StreamOrder(of: streams)
        let parameters = parameters(of: streams)
        try connection.streamRows(ofStreams, parameters) { row in
            let (stream, _) = try check.place(of: row)
            try body(try row.event(of: stream))
        }
    }

    /// Hands over what decides of streams, each in order of version; what follows of a stream
    /// is passed over once `body` has answered false.
    static func forEachContent(
        of streams: [(number: StreamNumber, stream: StreamID)],
        versions: ClosedRange<Int>,
        limit: Int,
        _ connection: PostgresConnection,
        _ body: (EventContent) throws -> Bool
    ) throws {
        var check = StreamOrder(of: streams, from: versions.lowerBound)
        var parameters = parameters(of: streams)
        parameters.add(Int64(versions.lowerBound))
        parameters.add(Int64(versions.upperBound))
        parameters.add(Int64(limit))
        var done: StreamNumber?
        try connection.streamRows(contentsOfStreams, parameters) { row in
            let (stream, number) = try check.place(of: row)
            guard done != number else { return }
            if try !row.withContent(of: stream, body) { done = number }
        }
    }

    private static func parameters(
        of streams: [(number: StreamNumber, stream: StreamID)]
    ) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.add(integers: streams.map(\.number.partition.number))
        parameters.add(streams.map(\.number.first))
        return parameters
    }

    /// The facts an accepted event has left, in order.
    static func events(
        about eventID: EventID,
        _ connection: PostgresConnection
    ) throws -> [StoredEvent] {
        var parameters = PostgresParameters()
        parameters.add(integer: Int(eventID.partition))
        parameters.add(Int64(bitPattern: eventID.fingerprint))
        parameters.add(eventID.bytes)
        return try connection.all(aboutEvent, parameters) { row in
            try row.event(of: try row.stream(at: 13))
        }
    }
}

/// Follows rows of streams: each stream's versions have to come in order and without gaps.
private struct StreamOrder {
    private let names: [StreamNumber: StreamID]
    private let firstVersion: Int
    private var last: (number: StreamNumber, version: Int)?

    init(of streams: [(number: StreamNumber, stream: StreamID)], from firstVersion: Int = 1) {
        self.firstVersion = firstVersion
        names = Dictionary(streams.map { ($0.number, $0.stream) }) { first, _ in first }
    }

    /// The stream of the next row, which begins with partition, position, stream and version.
    mutating func place(of row: PostgresRow) throws(StoreError) -> (StreamID, StreamNumber) {
        let partition = Partition(Int(row.integer(0)))
        let number = StreamNumber(partition: partition, first: row.integer(2))
        guard let stream = names[number] else {
            throw StoreError(.damaged, detail: "an event of an unknown stream")
        }
        let version = Int(row.integer(3))
        var due = firstVersion
        if let last, last.number == number { due = last.version + 1 }
        guard version == due else {
            throw StoreError(.damaged, detail: "a stream lacks version \(due)")
        }
        last = (number, version)
        return (stream, number)
    }
}

extension PostgresRow {
    /// Hands over an event; the columns are those of `contentsOfStreams`.
    fileprivate func withContent<Value>(
        of stream: StreamID,
        _ body: (EventContent) throws -> Value
    ) throws -> Value {
        try withBytes(4) { header in
            try withBytes(5) { content in
                try withBytes(6) { envelope in
                    try body(
                        EventContent(
                            partition: Partition(Int(integer(0))),
                            position: LogPosition(integer(1)),
                            stream: stream,
                            version: Int(integer(3)),
                            hash: try digest(7),
                            header: header.assumingMemoryBound(to: UInt8.self),
                            body: content.assumingMemoryBound(to: UInt8.self),
                            envelope: envelope.assumingMemoryBound(to: UInt8.self)
                        )
                    )
                }
            }
        }
    }

    fileprivate func event(of stream: StreamID) throws(StoreError) -> StoredEvent {
        StoredEvent(
            partition: Partition(Int(integer(0))),
            position: LogPosition(integer(1)),
            stream: stream,
            version: Int(integer(3)),
            eventID: isNull(4) ? nil : try eventID(4),
            header: bytes(5),
            body: bytes(6),
            metadata: MetadataSlot(
                encryption: Int(integer(7)),
                keyID: bytes(8),
                bytes: bytes(9)
            ),
            envelope: bytes(10),
            previous: try digest(11),
            hash: try digest(12)
        )
    }
}
