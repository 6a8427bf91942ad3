// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Schema")
struct SchemaTests {
    @Test(
        "the log's tables refuse to be changed",
        arguments: [
            "UPDATE events SET version = 9",
            "DELETE FROM events",
            "REPLACE INTO events SELECT * FROM events",
            "UPDATE streams SET account = 'acct_other'",
            "DELETE FROM streams",
            "REPLACE INTO streams SELECT * FROM streams",
            "UPDATE idempotency SET position = 9",
            "DELETE FROM idempotency",
            "REPLACE INTO idempotency SELECT * FROM idempotency",
            "UPDATE checkpoints SET note = ''",
            "DELETE FROM checkpoints",
            "REPLACE INTO checkpoints SELECT * FROM checkpoints",
            "UPDATE tree_tiles SET number = 9",
            "DELETE FROM tree_tiles",
            "REPLACE INTO tree_tiles SELECT * FROM tree_tiles",
            "UPDATE signing_keys SET since = 9",
            "DELETE FROM signing_keys",
            "REPLACE INTO signing_keys SELECT * FROM signing_keys",
        ]
    )
    func appendOnly(statement: String) async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let held = try Sample.held("held", 1)
        try await store.writer.write { try ClaimStatements.move([held], $0) }
        try await Sample.open("a stream", in: store)
        try await Sample.sign(in: store)
        let error = await #expect(throws: StoreError.self) {
            try await store.writer.write { try $0.execute(sql: statement) }
        }
        #expect(error?.detail.contains("append-only") == true)
        await store.close()
    }

    @Test(
        "no hot statement scans a table",
        arguments: PartitionStatements.all + IngestStatements.all + ClaimStatements.all
            + EventLogStatements.all + TimerStatements.all + CatalogStatements.all
            + CheckpointStatements.all + SealingKeyStatements.all
    )
    func noScan(statement: String) async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let plan = try await store.writer.read { database in
            try Row.fetchAll(
                database,
                sql: "EXPLAIN QUERY PLAN " + statement,
                arguments: Self.arguments(of: statement)
            ).map { row -> String in row["detail"] }
        }
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        await store.close()
    }

    private static func arguments(of statement: String) -> StatementArguments {
        let highest = (1...12).last { statement.contains("?\($0)") } ?? 0
        return StatementArguments(Array(repeating: 0, count: highest))
    }

    @Test("the writer flushes each commit, checkpoints by itself, and has the named settings")
    func pragmas() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let settings = try await store.writer.read { database in
            try [
                Int.fetchOne(database, sql: "PRAGMA page_size"),
                Int.fetchOne(database, sql: "PRAGMA application_id"),
                Int.fetchOne(database, sql: "PRAGMA query_only"),
            ]
        }
        #expect(settings[0] == StoreSchema.pageBytes)
        #expect(settings[1].map(Int64.init) == StoreSchema.applicationID)
        let (synchronous, journal, keys, zeroing) = try await store.writer.write { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(database, sql: "PRAGMA foreign_keys"),
                try Int.fetchOne(database, sql: "PRAGMA secure_delete")
            )
        }
        #expect(synchronous == 2)
        #expect(journal == "wal")
        #expect(keys == 1)
        #expect(zeroing == 0)
        await store.close()
    }

    @Test("readers cannot write")
    func readersAreReadOnly() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        await #expect(throws: StoreError.self) {
            try await store.writer.read { try $0.execute(sql: "DELETE FROM ingest") }
        }
        await store.close()
    }
}
