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
    /// A schema that is up to date needs no right to create anything.
    /// - Throws: `PostgresOpenError.tooNew`, or `.notAllowed` when the role lacks a right that the
    ///   store needs.
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
        for index in known..<migrations.count {
            try connection.run(transaction(of: index, schema: schema).joined(separator: ";"))
        }
        try StoreTables.check(connection, schema: schema)
    }

    /// Sees that a schema is this build's, without writing anything.
    ///
    /// - Throws: `PostgresOpenError.missing`, `.tooOld` or `.tooNew`.
    static func check(_ connection: PostgresConnection, schema: String) throws {
        let known = try version(connection, schema)
        guard known > 0 else { throw PostgresOpenError.missing }
        guard known <= migrations.count else { throw PostgresOpenError.tooNew }
        guard known == migrations.count else { throw PostgresOpenError.tooOld }
    }

    /// One migration as one transaction: all of it or nothing.
    static func transaction(of index: Int, schema: String) -> [String] {
        let first =
            index == 0
            ? [
                "CREATE SCHEMA IF NOT EXISTS \"\(schema)\"",
                "CREATE TABLE \"\(schema)\".migrations (version integer PRIMARY KEY)",
            ] : []
        return ["BEGIN"] + first
            + ["SET LOCAL search_path TO \"\(schema)\", pg_catalog"]
            + migrations[index]
            + ["INSERT INTO migrations VALUES (\(index + 1))", "COMMIT"]
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
                // With its schema: a right that lacks is told as such, and not as a missing table.
                "SELECT coalesce(max(version), 0)::integer FROM \"\(schema)\".migrations"
            )
        ) { Int($0.integer(0)) }
        return version ?? 0
    }
}
