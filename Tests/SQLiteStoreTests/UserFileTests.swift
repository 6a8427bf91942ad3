// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation
import GRDB
import Identity
import Testing

@testable import SQLiteStore

@Suite("The file of users")
struct UserFileTests {
    @Test(
        "no statement about users scans a table",
        arguments: UserStatements.queries + SessionStatements.queries
    )
    func noScan(statement: String) async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let plan = try await store.users.read { database in
            let highest = (1...12).last { statement.contains("?\($0)") } ?? 0
            return try Row.fetchAll(
                database,
                sql: "EXPLAIN QUERY PLAN " + statement,
                arguments: StatementArguments(Array(repeating: 0, count: highest))
            ).map { row -> String in row["detail"] }
        }
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        await store.close()
    }

    @Test("it is for its owner only, has no write-ahead log, and flushes and overwrites")
    func settings() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let settings = try await store.users.read { database in
            try ["journal_mode", "synchronous", "secure_delete", "foreign_keys"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)") ?? ""
            }
        }
        #expect(settings == ["delete", "3", "1", "1"])
        #expect(try directory.mode(of: "store.db.users") == 0o600)
        #expect(!FileManager.default.fileExists(atPath: directory.path + ".users-wal"))
        await store.close()
    }

    @Test("another store's users, and what is no such file, are refused and left as they are")
    func foreign() async throws {
        let (ours, theirs) = (try StoreDirectory(), try StoreDirectory())
        for directory in [ours, theirs] { await (try directory.open()).close() }
        let file = URL(fileURLWithPath: ours.path + ".users")
        for content in [
            try Data(contentsOf: URL(fileURLWithPath: theirs.path + ".users")),
            Data("nothing of ours".utf8),
        ] {
            try content.write(to: file)
            let error = #expect(throws: StoreOpenError.self) { try ours.open() }
            #expect(error?.reason == .usersAreForeign)
            #expect(try Data(contentsOf: file) == content)
        }
        try FileManager.default.removeItem(at: file)
        await (try ours.open()).close()
    }

    @Test("a command changes users beside the process that serves the store")
    func beside() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let reader = try SQLiteStore.openForReading(path: directory.path)
        let users = try reader.openUsers()
        #expect(try await !users.hasUsers())
        _ = try await users.createUser(
            try #require(Email("ann@example.com")),
            name: "Ann",
            password: PasswordHash(stored: "scrypt$"),
            account: try Sample.account(),
            role: .admin,
            at: .earliest
        )
        #expect(try await store.users.hasUsers())
        await users.close()
        await reader.close()
        await store.close()
    }
}
