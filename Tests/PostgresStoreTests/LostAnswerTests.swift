// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import Testing

@testable import PostgresStore

@Suite("Answers that do not come", .enabled(if: TestServer.isThere), .serialized)
struct LostAnswerTests {
    @Test("a repeated statement finds its events and writes none twice")
    func repeated() async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        let drafts = try [Drafts.draft(), Drafts.draft(claim: "a"), Drafts.draft(claim: "b")]
        let connection = try TestServer.connection(settings)
        var number: Int64 = 0
        func run(_ drafts: [IngestDraft], isRepeat: Bool) throws -> [IngestResult] {
            number += 1
            let attempt = IntakeAttempt(instance: 1, number: number, isRepeat: isRepeat)
            return try IntakeStatement.run(
                drafts,
                in: Drafts.partition,
                catalogPartition: Partition(4),
                attempt: attempt,
                connection
            ).map(\.result)
        }
        let first = try run(drafts, isRepeat: false)
        #expect(try run(drafts, isRepeat: true) == first)
        // Of a statement that never arrived nothing is found, and it is done now.
        let late = try [Drafts.draft(), drafts[1]]
        let results = try run(late, isRepeat: true)
        #expect(results[1] == first[1])
        guard case .accepted(let receipt) = results[0] else { return #expect(Bool(false)) }
        #expect(receipt.position.value == 4)
        #expect(try connection.integers("SELECT count(*) FROM ingest") == [4])
        await store.close()
    }

    @Test("a repeat of what was processed long ago writes nothing")
    func repeatedTooLate() async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        let stream = StreamID.outcome(try #require(AccountID("acct_one")), "key")
        let draft = try Drafts.draft(fingerprint: UInt64(bitPattern: stream.fingerprint))
        let connection = try TestServer.connection(settings)
        func run(_ number: Int64) throws -> [IngestResult] {
            let attempt = IntakeAttempt(instance: 1, number: number, isRepeat: number > 1)
            return try IntakeStatement.run(
                [draft],
                in: Drafts.partition,
                catalogPartition: Partition(4),
                attempt: attempt,
                connection
            ).map(\.result)
        }
        #expect(try run(1).count == 1)
        let state = try #require(try await store.state(of: [Drafts.partition])[Drafts.partition])
        try await store.append([
            Drafts.turn(state, [Drafts.event(stream, eventID: draft.eventID)], cursor: 1)
        ])
        #expect(try run(2).count == 1)
        try connection.run("DELETE FROM ingest")
        #expect(throws: PostgresFailure.self) { try run(3) }
        #expect(try connection.integers("SELECT count(*) FROM ingest") == [0])
        await store.close()
    }

    @Test("a warning at a commit is no promise: what was warned of is looked for again")
    func warned() async throws {
        let settings = try TestServer.settings()
        let connection = try TestServer.connection(settings)
        try connection.run("SELECT 1")
        let failure = #expect(throws: PostgresFailure.self) {
            try connection.run("DO $$ BEGIN RAISE WARNING 'not on every server'; END $$")
        }
        guard case .unknown? = failure?.kind else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try connection.run("DO $$ BEGIN RAISE NOTICE 'by the way'; END $$")
    }

    @Test("a role's defaults of isolation and durability do not count")
    func defaults() async throws {
        var settings = try TestServer.settings()
        settings.target +=
            " options='-c default_transaction_isolation=serializable -c synchronous_commit=local'"
        let store = try await PostgresStore.open(settings, partitions: 4)
        let shown = try await store.pool.use { connection in
            try ["transaction_isolation", "synchronous_commit"].map { name in
                try connection.first(PostgresStatement("show_" + name, "SHOW \(name)")) {
                    $0.string(0)
                }
            }
        }
        #expect(shown == ["read committed", "on"])
        await store.close()
    }

    @Test("one head that is locked does not hold up the clocks and the intake of others")
    func lockedClock() async throws {
        var settings = try TestServer.settings()
        settings.statementSeconds = 2
        let store = try await PostgresStore.open(settings, partitions: 4)
        let holder = try TestServer.connection(settings)
        try holder.run("BEGIN; SELECT FROM ingest_heads WHERE partition = 1 FOR UPDATE")
        let instant = Timestamp.earliest.adding(seconds: 500)
        async let clocks = try? store.advanceLiveClock(
            of: (0..<4).map(Partition.init),
            to: instant
        )
        let results = try await store.append([try Drafts.draft(in: Partition(2))])
        #expect(results.count == 1)
        #expect(await clocks == nil)
        try holder.run("ROLLBACK")
        let heads = try await store.advanceLiveClock(of: (0..<4).map(Partition.init), to: instant)
        #expect(heads[Partition(2)] == IngestPosition(1))
        #expect(heads.count == 4)
        await store.close()
    }

    @Test("backends that are killed lose nothing and count nothing twice")
    func killedBackends() async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        let killer = try TestServer.connection(settings)
        let kill = PostgresStatement(
            "kill",
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE application_name LIKE '\(settings.schema.prefix(46))%' AND pid <> pg_backend_pid()
            """
        )
        let accepted = try await withThrowingTaskGroup(of: [EventID].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var accepted: [EventID] = []
                    var number = 0
                    while accepted.count < 40 {
                        number += 1
                        let draft = try Drafts.draft(in: Partition(number % 4))
                        // A refusal is no promise; what is answered is.
                        guard let results = try? await store.append([draft]) else { continue }
                        guard case .accepted(let receipt)? = results.first else { continue }
                        accepted.append(receipt.eventID)
                    }
                    return accepted
                }
            }
            for _ in 0..<25 {
                _ = try killer.all(kill) { $0.integer(0) }
                try await Task.sleep(for: .milliseconds(20))
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(accepted.count == 8 * 40)
        let rows = try killer.all(
            PostgresStatement("ids", "SELECT event_id FROM ingest")
        ) { try $0.eventID(0) }
        #expect(Set(rows).count == rows.count)
        #expect(Set(accepted).isSubset(of: rows))
        // Every partition's places are without gaps.
        #expect(
            try killer.integers(
                """
                SELECT count(*) FROM ingest_heads h WHERE head <>
                    (SELECT count(*) FROM ingest i WHERE i.partition = h.partition)
                """
            ) == [0]
        )
        await store.close()
    }

    @Test("connections that broke while they lay idle are replaced, and no caller notices")
    func idleConnections() async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        let killer = try TestServer.connection(settings)
        let kill = """
            SELECT pg_terminate_backend(pid)::integer FROM pg_stat_activity
            WHERE application_name LIKE '\(settings.schema.prefix(46))%' AND pid <> pg_backend_pid()
            """
        for number in 0..<3 {
            #expect(try !killer.integers(kill).isEmpty)
            #expect(try await store.append([Drafts.draft()]).count == 1)
            #expect(try !killer.integers(kill).isEmpty)
            let heads = try await store.heads()
            #expect(heads[Drafts.partition] == IngestPosition(Int64(number) + 1))
        }
        await store.close()
    }

    @Test("a statement that is executed late, after it was repeated, does nothing")
    func executedLate() async throws {
        var settings = try TestServer.settings()
        settings.statementSeconds = 2
        settings.connections = 2
        let store = try await PostgresStore.open(settings, partitions: 4)
        _ = try await store.append([try Drafts.draft()])
        let observer = try TestServer.connection(settings)
        // The pool's backends lie idle; what they are sent now waits in their sockets.
        let backends = """
            SELECT pid FROM pg_stat_activity WHERE application_name LIKE '\(settings.schema.prefix(46))%'
                AND query LIKE '%FROM intake(%' AND pid <> pg_backend_pid()
            """
        let stopped = try observer.integers(backends).map { pid_t($0) }
        #expect(!stopped.isEmpty)
        for pid in stopped { #expect(kill(pid, SIGSTOP) == 0) }
        let draft = try Drafts.draft()
        let results = try await store.append([draft])
        #expect(results.count == 1)
        for pid in stopped { #expect(kill(pid, SIGCONT) == 0) }
        while try !observer.integers(backends).allSatisfy({ !stopped.contains(pid_t($0)) }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        let rows = try observer.all(
            PostgresStatement("rows", "SELECT event_id FROM ingest ORDER BY position")
        ) { try $0.eventID(0) }
        #expect(rows.count == 2)
        #expect(rows.last == draft.eventID)
        #expect(try observer.integers("SELECT count(*) FROM intake_fences") == [1])
        await store.close()
    }

    @Test("a partition whose head is locked for long is refused, its neighbours are not")
    func lockedHead() async throws {
        var settings = try TestServer.settings()
        settings.statementSeconds = 2
        settings.connections = 2
        let store = try await PostgresStore.open(settings, partitions: 4)
        // The head's lock is held by somebody else for longer than a statement may take.
        let holder = try TestServer.connection(settings)
        try holder.run("BEGIN; SELECT FROM ingest_heads WHERE partition = 1 FOR UPDATE")
        let draft = try Drafts.draft()
        await #expect(throws: StoreError.self) { try await store.append([draft]) }
        let other = try await store.append([try Drafts.draft(in: Partition(2))])
        #expect(other.count == 1)
        try holder.run("ROLLBACK")
        let again = try await store.append([draft])
        guard case .accepted(let receipt)? = again.first else { return #expect(Bool(false)) }
        #expect(receipt.position.value == 1)
        await store.close()
    }

    @Test("a server that is away is told at once")
    func away() async throws {
        var settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        await store.close()
        await #expect(throws: StoreError(.closed)) { try await store.append([Drafts.draft()]) }
        settings.target = "host=/nonexistent user=assay dbname=postgres"
        let away = settings
        await #expect {
            try await PostgresStore.open(away)
        } throws: { error in
            guard case .unreachable? = error as? PostgresOpenError else { return false }
            return String(describing: error).hasPrefix("PostgreSQL cannot be reached (")
        }
    }
}
