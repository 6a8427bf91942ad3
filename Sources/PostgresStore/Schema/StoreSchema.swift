// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The schema of a store and its migrations.
enum StoreSchema {
    /// Each brings the schema to its number; 1 is the first.
    static let migrations: [[String]] = [Migration001.statements]

    /// Taken by whoever looks at the schema's version or changes it; the same for all nodes.
    private static let advisoryLock: Int64 = 0x4153_5341_5901

    /// Brings the schema up to date.
    ///
    /// Safe when several nodes start at once: one migrates, the others wait for it.
    /// - Throws: `StoreOpenError.tooNew`.
    static func migrate(_ connection: PostgresConnection, schema: String) throws {
        try connection.run("SELECT pg_advisory_lock(\(advisoryLock))")
        defer { try? connection.run("SELECT pg_advisory_unlock(\(advisoryLock))") }
        let known = try version(connection, schema)
        guard known <= migrations.count else { throw StoreOpenError.tooNew }
        for (index, statements) in migrations.enumerated() where index >= known {
            // One migration is one transaction: all of it or nothing.
            let first =
                index == 0
                ? [
                    "CREATE SCHEMA IF NOT EXISTS \"\(schema)\"",
                    "CREATE TABLE migrations (version integer PRIMARY KEY)",
                ] : []
            let all = first + statements + ["INSERT INTO migrations VALUES (\(index + 1))"]
            try connection.run("BEGIN;" + all.joined(separator: ";") + ";COMMIT")
        }
    }

    private static func version(_ connection: PostgresConnection, _ schema: String) throws -> Int {
        var parameters = PostgresParameters()
        parameters.add(text: schema)
        let hasTable = try connection.first(
            PostgresStatement(
                "has_migrations",
                """
                SELECT EXISTS (
                    SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'migrations'
                )
                """
            ),
            parameters
        ) { $0.bool(0) }
        guard hasTable == true else { return 0 }
        let version = try connection.first(
            PostgresStatement(
                "schema_version",
                "SELECT coalesce(max(version), 0)::integer FROM migrations"
            )
        ) { Int($0.integer(0)) }
        return version ?? 0
    }

    // MARK: The one row

    private static let selectStore = PostgresStatement(
        "select_store",
        "SELECT partition_count, identity FROM store"
    )
    private static let insertStore = PostgresStatement(
        "insert_store",
        """
        WITH made AS (
            INSERT INTO store (id, partition_count, identity) VALUES (1, $1::integer, $2::bytea)
            ON CONFLICT DO NOTHING RETURNING partition_count
        ), ingest AS (
            INSERT INTO ingest_heads (partition)
            SELECT number FROM made, generate_series(0, partition_count - 1) AS number
        )
        INSERT INTO event_heads (partition)
        SELECT number FROM made, generate_series(0, partition_count) AS number
        """
    )

    /// How many partitions the store has, and its identity; made now if it is new.
    static func prepare(
        _ connection: PostgresConnection,
        partitions: Int
    ) throws -> (count: Int, identity: Digest) {
        var parameters = PostgresParameters()
        parameters.add(integer: partitions)
        parameters.add(Digest.random().bytes)
        _ = try connection.all(insertStore, parameters) { _ in }
        let store = try connection.first(selectStore) { (Int($0.integer(0)), try $0.digest(1)) }
        guard let store else { throw StoreError(.damaged, detail: "the store has no row") }
        return store
    }
}
