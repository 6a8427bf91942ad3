// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import GRDB
import Journeys
import OutcomeDomain
import ProjectionKit
import Testing

@testable import SQLiteStore

@Suite("The index of journeys in SQLite")
struct SQLiteJourneysTests {
    private let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// Three requests of forty signals each, one of them of another account, with keys and a trace.
    private var traffic: Journal {
        var journal = Journal()
        for number in 0..<120 {
            journal.request = "req_\(number / 40)"
            journal.trace = number < 40 ? trace : nil
            let owner = number < 80 ? account() : account("acct_beta")
            journal.signal(
                Text("outcome-\(number)"),
                at: number,
                idempotencyKey: Text("key-\(number)"),
                account: owner
            )
        }
        return journal
    }

    private func projected(
        _ journal: Journal,
        batch: Int = 7,
        times: Int = 1
    ) async throws -> StoreFixture {
        let fixture = try await StoreFixture.holding(journal)
        for _ in 0..<times {
            try await fixture.apply(journal.facts, to: fixture.models, batch: batch)
        }
        return fixture
    }

    private func reader(_ fixture: StoreFixture) -> JourneyReader {
        JourneyReader(
            log: fixture.store,
            index: fixture.store.views.journeys,
            arrivals: fixture.store.views.arrivals,
            ledger: fixture.store.views.billingLedger
        )
    }

    private func events(
        _ fixture: StoreFixture,
        _ query: JourneyQuery,
        of owner: AccountID = account(),
        limit: Int = 500
    ) async throws -> [EventID] {
        var ids: [EventID] = []
        var cursor: PageCursor?
        repeat {
            let page = try await reader(fixture)
                .journeys(of: owner, query, limit: limit, after: cursor)
            #expect(page.elements.count <= limit)
            ids += page.elements.map(\.eventID)
            cursor = page.next
        } while cursor != nil
        return ids
    }

    @Test("a request, a trace and an idempotency key lead to their events, in pages of any size")
    func found() async throws {
        let journal = traffic
        let fixture = try await projected(journal)
        defer { fixture.remove() }
        let expected = Set(
            journal.outcomeFacts.filter { $0.passage?.acceptance?.request == "req_0" }
                .map(\.fact.cause.eventID)
        )
        #expect(expected.count == 40)
        for limit in [1, 3, 500] {
            let ids = try await events(fixture, .request("req_0"), limit: limit)
            #expect(ids.count == 40)
            #expect(Set(ids) == expected)
        }
        let id = try #require(TraceID(traceParent: trace))
        #expect(Set(try await events(fixture, .trace(id))) == expected)
        let one = try await events(fixture, .idempotencyKey("key-7", on: nil))
        #expect(one.count == 1)
        #expect(one.first.map(expected.contains) == true)
    }

    @Test("nothing of another account is found, whatever the id")
    func foreign() async throws {
        let fixture = try await projected(traffic)
        defer { fixture.remove() }
        #expect(try await events(fixture, .request("req_2")).isEmpty)
        #expect(try await events(fixture, .request("req_2"), of: account("acct_beta")).count == 40)
        #expect(try await events(fixture, .idempotencyKey("key-90", on: nil)).isEmpty)
        #expect(try await events(fixture, .request("req_9")).isEmpty)
    }

    @Test("what only has the same mark is not taken for the same id")
    func collision() async throws {
        let fixture = try await projected(traffic)
        defer { fixture.remove() }
        let mark = JourneyMark.request("req_0", account: account())
        let other = JourneyMark.request("req_unknown", account: account())
        try await fixture.rows(of: .journeys).write { database in
            for table in ["journey_marks", "journey_runs"] {
                try database.execute(
                    sql: "UPDATE \(table) SET mark = ? WHERE mark = ?",
                    arguments: [Int64(bitPattern: other.value), Int64(bitPattern: mark.value)]
                )
            }
        }
        #expect(try await events(fixture, .request("req_unknown")).isEmpty)
    }

    @Test("the same facts give the same rows, in batches of any size and applied twice")
    func sameRows() async throws {
        let journal = traffic
        var rows: [Set<MarkedBlock>] = []
        for (batch, times) in [(7, 1), (1, 1), (1_000, 1), (13, 2)] {
            let fixture = try await projected(journal, batch: batch, times: times)
            defer { fixture.remove() }
            rows.append(try await marked(fixture))
        }
        #expect(!rows[0].isEmpty)
        #expect(rows.allSatisfy { $0 == rows[0] })
    }

    private func marked(_ fixture: StoreFixture) async throws -> Set<MarkedBlock> {
        try await fixture.rows(of: .journeys).read { database in
            let sql = """
                SELECT mark, partition, block FROM journey_marks
                UNION ALL SELECT mark, partition, block FROM journey_runs
                """
            let rows = try Row.fetchAll(database, sql: sql)
            return Set(
                rows.map { row in
                    MarkedBlock(
                        mark: row["mark"],
                        block: JourneyBlock(
                            partition: Partition(row["partition"]),
                            number: row["block"]
                        )
                    )
                }
            )
        }
    }

    private func counts(_ fixture: StoreFixture) async throws -> [Int64: Int] {
        try await fixture.rows(of: .journeys).read { database in
            let sql = "SELECT generation, count(*) AS marks FROM journey_marks GROUP BY generation"
            return try Row.fetchAll(database, sql: sql)
                .reduce(into: [:]) { $0[$1["generation"]] = $1["marks"] }
        }
    }

    @Test("the marks of batches wait in runs, and go into a generation together")
    func runs() async throws {
        let journal = traffic
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let journeys = fixture.store.views.journeys
        let whole = try await projected(journal, batch: 1_000)
        defer { whole.remove() }
        let marks = try await marked(whole)
        var applied = 0
        var moves = 0
        for fact in journal.facts {
            let before = try await counts(fixture)
            try await journeys.apply([fact], checkpoints: [fact].checkpoints)
            applied += 1
            let after = try await counts(fixture)
            let runs = try await fixture.rows(of: .journeys).read { database in
                try Int64.fetchOne(database, sql: "SELECT count(DISTINCT run) FROM journey_runs")
            }
            #expect(try #require(runs) < SQLiteJourneys.runsLimit)
            guard after != before else { continue }
            moves += 1
            #expect(runs == 0)
            #expect(applied >= Int(SQLiteJourneys.runsLimit) * moves)
        }
        #expect(moves > 1)
        #expect(try await marked(fixture) == marks)
        let waiting = try await fixture.rows(of: .journeys).read { database in
            try (
                Int64.fetchOne(database, sql: "SELECT count(*) FROM journey_runs"),
                journeys.statements.waiting(database)
            )
        }
        #expect(waiting.0 == waiting.1)
        #expect(try await events(fixture, .request("req_0")).count == 40)
        #expect(try await events(fixture, .request("req_1")).count == 40)
    }

    @Test("a full generation is followed by another, and both are asked")
    func generations() async throws {
        let journal = traffic
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let half = journal.facts.count / 2
        try await fixture.apply(
            Array(journal.facts.prefix(half)),
            to: [fixture.store.views.journeys],
            batch: 1
        )
        #expect(try await counts(fixture).keys.sorted() == [0])
        try await fixture.rows(of: .journeys).write { database in
            try database.execute(
                sql: "UPDATE journey_generations SET marks = ? WHERE generation = 0",
                arguments: [SQLiteJourneys.generationLimitMarks]
            )
        }
        try await fixture.apply(journal.facts, to: [fixture.store.views.journeys], batch: 1)
        #expect(try await counts(fixture).keys.sorted() == [0, 1])
        #expect(try await events(fixture, .request("req_0")).count == 40)
        #expect(try await events(fixture, .request("req_1")).count == 40)
    }

    @Test("an event was in a read model with the batch that first had it")
    func arrivals() async throws {
        let journal = traffic
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let feed = fixture.store.views.outcomesFeed
        let partition = journal.facts[0].partition
        let facts = journal.facts.filter { $0.partition == partition }
        try await fixture.apply(Array(facts.prefix(6)), to: [feed], batch: 3)
        let places = (1...7).map {
            PartitionPlace(partition: partition, position: LogPosition(Int64($0)))
        }
        let arrivals = try await fixture.store.views.arrivals.arrivals(at: places)
        #expect(arrivals.map(\.count) == [1, 1, 1, 1, 1, 1, 0])
        #expect(Set(arrivals[0...2]).count == 1)
        #expect(Set(arrivals[3...5]).count == 1)
        #expect(arrivals[0] != arrivals[3])
        #expect(arrivals[0].first?.projection == SQLiteOutcomesFeed.name)
        #expect(arrivals.joined().allSatisfy { !$0.isRebuilt })
    }

    @Test("what read models had after they were built anew is told as such")
    func rebuilt() async throws {
        let journal = traffic
        let fixture = try await projected(journal)
        defer { fixture.remove() }
        await fixture.store.close()
        ReadModelSet.removeAll(path: SQLiteReadModels.path(beside: fixture.path))
        let store = try SQLiteStore.open(path: fixture.path)
        let journeys = store.views.journeys
        try await journeys.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        let first = journal.facts[0]
        let place = PartitionPlace(partition: first.partition, position: first.position)
        let arrivals = try await store.views.arrivals.arrivals(at: [place])
        #expect(arrivals.first?.map(\.isRebuilt) == [true])
        await store.close()
    }
}
