// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("Opening a PostgreSQL store", .enabled(if: TestServer.isThere))
struct OpeningTests {
    private func failure(
        _ settings: PostgresStore.Settings,
        partitions: Int? = nil
    ) async -> PostgresOpenError? {
        do {
            let store = try await PostgresStore.open(settings, partitions: partitions)
            await store.close()
            return nil
        } catch {
            return error
        }
    }

    @Test("the number of partitions stays what it was")
    func partitions() async throws {
        let settings = try TestServer.settings()
        #expect(await failure(settings, partitions: 8) == nil)
        #expect(await failure(settings) == nil)
        #expect(
            await failure(settings, partitions: 9) == .partitionsDiffer(stored: 8, asked: 9)
        )
        #expect(await failure(settings, partitions: 0) == .partitionCountInvalid(0))
    }

    @Test("a newer schema is left alone")
    func newer() async throws {
        let settings = try TestServer.settings()
        #expect(await failure(settings) == nil)
        let connection = try TestServer.connection(settings)
        try connection.run("INSERT INTO migrations VALUES (99)")
        #expect(await failure(settings) == .tooNew)
    }

    @Test("opened for reading nothing is made, and a database that takes no writes will do")
    func reading() async throws {
        var settings = try TestServer.settings()
        settings.isForReading = true
        #expect(await failure(settings) == .missing)
        settings.isForReading = false
        #expect(await failure(settings, partitions: 8) == nil)
        settings.isForReading = true
        settings.target += " options='-c default_transaction_read_only=on'"
        let store = try await PostgresStore.open(settings)
        #expect(store.partitioning.count == 8)
        #expect(try await store.heads().count == 8)
        await store.close()
    }

    @Test("a database that takes no writes, or a role that may not, is told in one sentence")
    func rights() async throws {
        var settings = try TestServer.settings()
        settings.target += " options='-c default_transaction_read_only=on'"
        #expect(await failure(settings) == .readOnly)
        settings = try TestServer.settings()
        let connection = try TestServer.connection(settings)
        let role = "role_" + settings.schema
        try connection.run("CREATE ROLE \(role) LOGIN")
        settings.target += " user=\(role)"
        guard case .notAllowed? = await failure(settings) else {
            Issue.record("a role without rights made a store")
            return
        }
        let left = "SELECT count(*) FROM pg_namespace WHERE nspname = '\(settings.schema)'"
        #expect(try connection.integers(left) == [0])
    }

    @Test("a name that is no name is not sent to the server", arguments: ["", "a b", "a\"; DROP"])
    func schema(name: String) async throws {
        guard case .failed? = await failure(try TestServer.settings(schema: name)) else {
            Issue.record("opened '\(name)'")
            return
        }
    }

    @Test("what is written stays, whoever asks", arguments: ["events", "streams", "idempotency"])
    func appendOnly(table: String) async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        _ = try await store.append([Drafts.draft(claim: "held")])
        let stream = StreamID.outcome(try #require(AccountID("acct_one")), "key")
        let state = try #require(try await store.state(of: [Drafts.partition])[Drafts.partition])
        try await store.append([Drafts.turn(state, [Drafts.event(stream)], cursor: 1)])
        let connection = try TestServer.connection(settings)
        #expect(try connection.integers("SELECT count(*) FROM \(table)") == [1])
        for change in [
            "UPDATE \(table) SET partition = partition", "DELETE FROM \(table)",
            "TRUNCATE \(table)",
        ] {
            #expect(throws: PostgresFailure.self) { try connection.run(change) }
        }
        #expect(try connection.integers("SELECT count(*) FROM \(table)") == [1])
        await store.close()
    }
}
