// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The one row that says what a store is.
struct StoreRow: Sendable {
    /// How many partitions it has.
    let partitions: Int
    /// A number no other store has.
    let identity: Digest
    /// The name by which checkpoints know its log.
    let logName: String
    /// The store it is a copy of.
    let copySource: Digest?
    /// The state of that store which it is a part of, until the copy is finished.
    let copyLevel: Digest?
}

/// The statements of that row.
enum StoreRowStatements {
    private static let select = PostgresStatement(
        "select_store",
        """
        SELECT partition_count, identity, copy_source, copy_level, log_name,
            current_setting('transaction_read_only')::boolean
        FROM (VALUES (1)) AS one (id) LEFT JOIN store USING (id)
        """
    )

    private static let moveLevel = PostgresStatement(
        "move_copy_level",
        "UPDATE store SET copy_level = $2::bytea WHERE copy_level = $1::bytea RETURNING id"
    )

    private static let removeLevel = PostgresStatement(
        "remove_copy_level",
        "UPDATE store SET copy_level = NULL WHERE copy_level = $1::bytea RETURNING id"
    )

    /// The row of a store, which a new one gets now.
    ///
    /// `copy`: Which store a new one is to be a copy of, of which state of it, and the name of its
    /// log.
    /// - Throws: `PostgresOpenError.readOnly` when nothing can be written, also when nothing has to.
    static func prepare(
        _ connection: PostgresConnection,
        partitions: Int,
        copy: (source: Digest, level: Digest, logName: String)? = nil
    ) throws -> StoreRow {
        if let row = try row(connection) { return row }
        func bytes(_ digest: Digest?) -> String { digest.map { "'\\x\($0.hex)'" } ?? "NULL" }
        let identity = Digest.random()
        // A quote in a text is written twice.
        let logName = (copy?.logName ?? LogName.created(with: identity)).replacing("'", with: "''")
        // Sent as one, they are one transaction. Another node may be doing the same.
        try connection.run(
            """
            INSERT INTO store (
                id, partition_count, identity, copy_source, copy_level, log_name
            ) VALUES (
                1, \(partitions), \(bytes(identity)), \(bytes(copy?.source)),
                \(bytes(copy?.level)), '\(logName)'
            ) ON CONFLICT DO NOTHING;
            INSERT INTO ingest_heads (partition)
            SELECT number FROM store, generate_series(0, partition_count - 1) AS number
            ON CONFLICT DO NOTHING;
            INSERT INTO event_heads (partition)
            SELECT number FROM store, generate_series(0, partition_count) AS number
            ON CONFLICT DO NOTHING
            """
        )
        guard let row = try row(connection) else {
            throw PostgresOpenError.damaged("the store has no row")
        }
        return row
    }

    /// The row of a store that is only read, also from a standby.
    ///
    /// - Throws: `PostgresOpenError.missing` when there is none.
    static func known(_ connection: PostgresConnection) throws -> StoreRow {
        guard let row = try row(connection, isForReading: true) else {
            throw PostgresOpenError.missing
        }
        return row
    }

    private static func row(
        _ connection: PostgresConnection,
        isForReading: Bool = false
    ) throws -> StoreRow? {
        let row = try connection.first(select) { row -> StoreRow? in
            if row.bool(5), !isForReading { throw PostgresOpenError.readOnly }
            guard !row.isNull(0) else { return nil }
            return StoreRow(
                partitions: Int(row.integer(0)),
                identity: try row.digest(1),
                logName: row.string(4),
                copySource: row.isNull(2) ? nil : try row.digest(2),
                copyLevel: row.isNull(3) ? nil : try row.digest(3)
            )
        }
        return row.flatMap(\.self)
    }

    /// Moves the mark of an unfinished copy; nil ends it.
    ///
    /// - Returns: Whether there was one.
    static func moveLevel(
        from before: Digest,
        to level: Digest?,
        _ connection: PostgresConnection
    ) throws -> Bool {
        var parameters = PostgresParameters()
        parameters.add(before.bytes)
        guard let level else {
            return try connection.first(removeLevel, parameters) { _ in true } == true
        }
        parameters.add(level.bytes)
        return try connection.first(moveLevel, parameters) { _ in true } == true
    }
}
