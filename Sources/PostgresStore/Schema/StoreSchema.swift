// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The schema of a store and its migrations.
enum StoreSchema {
    /// Each brings the schema to its number; 1 is the first.
    static let migrations: [[String]] = [Migration001.statements]

    /// Another node's migration is waited for this long.
    private static let waitLimitSeconds = 300
    private static let waitMilliseconds: UInt32 = 50

    private static let lock = PostgresStatement(
        "lock_schema",
        ConnectionStatements.tryAdvisoryLock
    )
    private static let unlock = PostgresStatement(
        "unlock",
        "SELECT pg_catalog.pg_advisory_unlock($1::bigint)"
    )

    /// Brings the schema up to date.
    ///
    /// Safe when several nodes start at once: one migrates, the others wait for it. Asking again
    /// and again needs no statement that takes long.
    /// - Throws: `PostgresOpenError.tooNew`.
    static func migrate(_ connection: PostgresConnection, schema: String) throws {
        var key = PostgresParameters()
        key.add(Int64(bitPattern: Digest.sha256(Array("assay \(schema)".utf8)).prefix64))
        var left = waitLimitSeconds * 1_000
        while try connection.first(lock, key, { $0.bool(0) }) != true {
            guard left > 0 else {
                throw PostgresOpenError.failed("another node has been migrating for long")
            }
            usleep(waitMilliseconds * 1_000)
            left -= Int(waitMilliseconds)
        }
        defer { _ = try? connection.first(unlock, key) { $0.bool(0) } }
        let known = try version(connection, schema)
        guard known <= migrations.count else { throw PostgresOpenError.tooNew }
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
