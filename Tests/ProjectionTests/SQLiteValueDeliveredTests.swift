// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit
import SQLiteStore
import Testing
import ValueDelivered

@Suite("Delivered value in SQLite")
struct SQLiteValueDeliveredTests {
    private let firstMonth = Month(of: instant(0))
    private let day = 86_400

    private func projected(
        _ journal: Journal
    ) async throws -> (StoreFixture, SQLiteValueDelivered) {
        let fixture = try await StoreFixture.holding(journal)
        let model = fixture.store.views.valueDelivered
        try await fixture.apply(journal.facts, to: [model], batch: 3)
        return (fixture, model)
    }

    @Test("a record shows what was recorded, to its account only")
    func one() async throws {
        var journal = Journal()
        let id = journal.value(
            "T",
            kind: .broadcastComplete,
            usd: "0.10",
            agent: -3,
            user: 7,
            metadata: #"{"a":1}"#,
            at: 5
        )
        let (fixture, model) = try await projected(journal)
        defer { fixture.remove() }
        let record = try #require(try await model.value(id, account: account()))
        let recorded = try #require(journal.facts.first?.value)
        let expected = try ValueRecord(recorded)
        #expect(record == expected)
        #expect(record.value.usd == decimal("0.1"))
        #expect(try await model.value(id, account: account("acct_beta")) == nil)
        #expect(try await model.all(of: account("acct_beta")).isEmpty)
    }

    @Test("pages of any size walk the newest first, of one user or of all")
    func pages() async throws {
        var journal = Journal(partitions: 1)
        for number in 0..<20 {
            // Four of each instant: their places in the log order them.
            journal.value(
                Text("n\(number)"),
                user: number.isMultiple(of: 3) ? nil : Int64(number % 3),
                at: number / 4
            )
            journal.signal(Text("outcome-\(number)"), at: number)
        }
        let (fixture, model) = try await projected(journal)
        defer { fixture.remove() }
        for limit in [1, 3, 500] {
            let all = try await model.all(of: account(), limit: limit)
            #expect(all.map(\.value.title.text) == (0..<20).reversed().map { Text("n\($0)") })
            let own = try await model.all(of: account(), user: 2, limit: limit)
            #expect(own.count == 6)
            #expect(own.allSatisfy { $0.value.user == 2 })
            #expect(own.map(\.createdAt) == own.map(\.createdAt).sorted(by: >))
        }
    }

    @Test("sums are exact, by month and kind and by month and agent, of one user and of all")
    func totals() async throws {
        var journal = Journal()
        for number in 0..<30 {
            journal.value(
                "T",
                kind: number.isMultiple(of: 2) ? .dealClosed : .taskComplete,
                usd: number == 0 ? nil : "0.1",
                agent: number < 10 ? nil : Int64(number % 2),
                user: number < 15 ? 7 : nil,
                at: number * day * 2
            )
        }
        let (fixture, model) = try await projected(journal)
        defer { fixture.remove() }
        let next = try #require(Month(number: firstMonth.number + 1))
        let months = try await model.monthTotals(of: account(), user: nil, in: firstMonth...next)
        #expect(months.map(\.kind) == [.dealClosed, .taskComplete, .dealClosed, .taskComplete])
        #expect(months.map(\.sum.records) == [8, 8, 7, 7])
        #expect(months.map(\.sum.usd.description) == ["0.7", "0.8", "0.7", "0.7"])
        let own = try await model.monthTotals(of: account(), user: 7, in: firstMonth...next)
        #expect(own.map(\.sum.records) == [8, 7])
        #expect(try await model.monthTotals(of: account(), user: 8, in: firstMonth...next).isEmpty)
        var agents: [ValueAgentTotal] = []
        var cursor: PageCursor?
        repeat {
            let page = try await model.agentTotals(
                of: account(),
                user: nil,
                in: firstMonth,
                limit: 1,
                after: cursor
            )
            agents += page.elements
            cursor = page.next
        } while cursor != nil
        #expect(agents.map(\.agent) == [nil, 0, 1])
        #expect(agents.map(\.sum.records) == [10, 3, 3])
        #expect(agents.map(\.sum.usd.description) == ["0.9", "0.3", "0.3"])
    }

    @Test("metadata that is not plain stops the projection, which names the place")
    func sealed() async throws {
        var journal = Journal()
        journal.value("T", at: 1)
        let recorded = try #require(journal.facts.first?.value)
        let event = try #require(journal.stored.first)
        let sealed = StoredEvent(
            partition: event.partition,
            position: event.position,
            stream: event.stream,
            version: event.version,
            eventID: event.eventID,
            header: event.header,
            body: event.body,
            metadata: MetadataSlot(encryption: 1, keyID: [1], bytes: [2]),
            envelope: event.envelope,
            previous: event.previous,
            hash: event.hash
        )
        let fact = RecordedValue(sealed, fact: recorded.fact, context: recorded.context)
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let facts = [LoggedFact.value(fact)]
        await #expect(throws: ReadModelError.self) {
            try await fixture.store.views.valueDelivered.apply(
                facts,
                checkpoints: facts.checkpoints
            )
        }
    }
}
