// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("The schema, and who may do what with it", .enabled(if: TestServer.isThere))
struct SchemaTests {
    private static let log = [
        "events", "streams", "idempotency", "tree_tiles", "checkpoints", "signing_keys",
    ]

    /// Settings of a schema that an administrator has made by hand, and a role with those rights
    /// that `--grants` gives.
    private func granted() throws -> (settings: PostgresStore.Settings, admin: PostgresConnection) {
        var settings = try TestServer.settings()
        let admin = try TestServer.connection(settings)
        let role = "role_" + settings.schema
        try admin.run("CREATE ROLE \(role) LOGIN")
        try admin.run(SchemaScript.creation(schema: settings.schema))
        try admin.run(SchemaScript.grants(to: role, schema: settings.schema))
        settings.target += " user=\(role)"
        return (settings, admin)
    }

    private func failure(_ settings: PostgresStore.Settings) async -> PostgresOpenError? {
        do {
            let store = try await PostgresStore.open(settings, partitions: 4)
            await store.close()
            return nil
        } catch {
            return error
        }
    }

    @Test("no table is forgotten where rights and distribution are listed")
    func tables() async throws {
        let settings = try TestServer.settings()
        #expect(await failure(settings) == nil)
        let connection = try TestServer.connection(settings)
        func names(_ sql: String) throws -> Set<String> {
            let statement = PostgresStatement("names_\(abs(sql.hashValue))", sql)
            return Set(try connection.all(statement) { $0.string(0) })
        }
        let here = "schemaname = '\(settings.schema)'"
        let tables = try names("SELECT tablename::text FROM pg_tables WHERE \(here)")
        #expect(tables == Set(StoreTables.all.map(\.name)))
        #expect(tables.count == StoreTables.all.count)
        let spread = try names(
            """
            SELECT table_name::text FROM information_schema.columns
            WHERE table_schema = '\(settings.schema)' AND column_name = 'partition'
            """
        )
        #expect(spread == Set(StoreTables.all.filter { $0.spread == .byPartition }.map(\.name)))
        let kept = try names(
            """
            SELECT DISTINCT event_object_table::text FROM information_schema.triggers
            WHERE trigger_schema = '\(settings.schema)' AND event_manipulation = 'DELETE'
            """
        )
        #expect(kept == Set(StoreTables.all.filter(\.isAppendOnly).map(\.name)))
        #expect(kept == Set(Self.log))
        let script = SchemaScript.distribution()
        for table in StoreTables.all {
            let isSpread =
                script.contains("create_distributed_table('assay.\(table.name)'")
                || script.contains("    'assay.\(table.name)', 'partition', colocate_with")
            let isEverywhere = script.contains("create_reference_table('assay.\(table.name)'")
            #expect(isSpread == (table.spread == .byPartition))
            #expect(isEverywhere == (table.spread == .everywhere))
        }
    }

    @Test("every key begins with the partition, so that the tables can be distributed by it")
    func keys() async throws {
        let settings = try TestServer.settings()
        #expect(await failure(settings) == nil)
        let connection = try TestServer.connection(settings)
        let others = try connection.all(
            PostgresStatement(
                "other_keys",
                """
                SELECT i.indexrelid::regclass::text, a.attname::text, t.relname::text FROM pg_index i
                JOIN pg_class t ON t.oid = i.indrelid
                JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 1
                WHERE t.relnamespace = '\(settings.schema)'::regnamespace
                """
            )
        ) { (column: $0.string(1), table: $0.string(2)) }
        for key in others
        where StoreTables.all.contains(where: { $0.name == key.table && $0.spread == .byPartition })
        {
            #expect(key.column == "partition", "\(key.table)")
        }
        #expect(others.count > StoreTables.all.count)
    }

    @Test("a role with only the rights that --grants gives runs the store")
    func grants() async throws {
        let (settings, admin) = try granted()
        let store = try await PostgresStore.open(settings, partitions: 4)
        let accepted = try await store.append([
            Drafts.draft(claim: "first"), Drafts.draft(claim: "second"),
        ])
        #expect(accepted.count == 2)
        #expect(try await store.append([Drafts.draft(claim: "first")]).first != accepted.first)
        let sandbox = try #require(AccountID("acct_sandbox"))
        let sandboxDraft = IngestDraft(
            account: sandbox,
            partition: Drafts.partition,
            eventID: try Drafts.draft().eventID,
            clock: .sandbox(floor: Timestamp.earliest.adding(seconds: 5)),
            earliestReceipt: nil,
            claim: nil,
            catalogVersion: 1,
            payload: [1],
            trace: nil,
            origin: IngestOrigin(node: "one", acceptedAt: .earliest, request: nil)
        )
        for _ in 0..<2 { _ = try await store.append([sandboxDraft]) }
        let stream = StreamID.outcome(try #require(AccountID("acct_one")), "key")
        let clock = PartitionClock(partition: Drafts.partition, clock: .live)
        let due = Timestamp.earliest.adding(seconds: 200)
        try await turn(store, [Drafts.event(stream)], (stream, nil, due))
        _ = try await store.advanceLiveClock(of: [Drafts.partition], to: due)
        let query = TimerQuery(clock: clock, through: due)
        #expect(try await store.dueTimers([query], limit: 5).count == 1)
        try await turn(store, [], (stream, due, nil))
        #expect(try await store.dueTimers([query], limit: 5).isEmpty)
        let deleted = try await store.pool.use { connection in
            try IngestStatements.deleteProcessed(
                in: Drafts.partition,
                through: IngestPosition(2),
                limit: 100,
                connection
            )
        }
        #expect(deleted == 2)
        #expect(
            try admin.integers("SELECT position FROM \(settings.schema).ingest ORDER BY 1") == [
                3, 4,
            ]
        )
        await store.close()
        #expect(await failure(settings) == nil)
    }

    /// Processes what is accepted so far and moves one timer.
    private func turn(
        _ store: PostgresStore,
        _ events: [StoredEvent],
        _ timer: (stream: StreamID, from: Timestamp?, to: Timestamp?)
    ) async throws {
        let state = try #require(try await store.state(of: [Drafts.partition])[Drafts.partition])
        var turn = Drafts.turn(state, events, cursor: 2)
        turn.timers = [
            TimerChange(stream: timer.stream, clock: .live, from: timer.from, to: timer.to)
        ]
        try await store.append([turn])
    }

    @Test(
        "that role can neither change nor remove what is in the log, nor switch off what keeps it"
    )
    func appendOnly() async throws {
        let (settings, _) = try granted()
        #expect(await failure(settings) == nil)
        let role = try PostgresConnection(to: settings.target, limitSeconds: 10)
        try role.run("SET search_path TO \"\(settings.schema)\"")
        let changes =
            Self.log.flatMap { table in
                let column = table == "signing_keys" ? "key" : "partition"
                return [
                    "UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)",
                    "TRUNCATE \(table)", "ALTER TABLE \(table) DISABLE TRIGGER ALL",
                ]
            } + ["CREATE TABLE more (id integer)", "UPDATE store SET partition_count = 1"]
        for change in changes {
            let failure = #expect(throws: PostgresFailure.self, "\(change)") {
                try role.run(change)
            }
            guard case .refused(sqlState: "42501")? = failure?.kind else {
                Issue.record("\(change): \(String(describing: failure))")
                continue
            }
        }
    }

    @Test("a right that lacks is named before anything is done")
    func lacking() async throws {
        let (settings, admin) = try granted()
        let role = "role_" + settings.schema
        for (right, table) in [("INSERT", "events"), ("DELETE", "timers"), ("SELECT", "store")] {
            try admin.run("REVOKE \(right) ON \(settings.schema).\(table) FROM \(role)")
            #expect(await failure(settings) == .notAllowed("it lacks \(right) on \(table)"))
            try admin.run("GRANT \(right) ON \(settings.schema).\(table) TO \(role)")
        }
        try admin.run("REVOKE USAGE ON SCHEMA \(settings.schema) FROM \(role)")
        guard case .notAllowed? = await failure(settings) else {
            Issue.record("a role without the schema opened it")
            return
        }
        #expect(try admin.integers("SELECT count(*) FROM \(settings.schema).store") == [0])
    }

    @Test(
        "a store in a database that takes no writes is not opened, though nothing has to be written"
    )
    func readOnly() async throws {
        var settings = try TestServer.settings()
        #expect(await failure(settings) == nil)
        settings.target += " options='-c default_transaction_read_only=on'"
        #expect(await failure(settings) == .readOnly)
    }

    @Test("a server that is not there is told in one sentence")
    func unreachable() async throws {
        var settings = try TestServer.settings()
        settings.target += " host=/nowhere"
        guard case .unreachable(let message)? = await failure(settings) else {
            Issue.record("reached a server that is not there")
            return
        }
        #expect(!message.contains("\n"))
    }
}
