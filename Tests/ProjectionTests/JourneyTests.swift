// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import EventStore
import ExactValues
import Journeys
import OutcomeDomain
import ProjectionKit
import SQLiteStore
import Testing

@Suite("The journey of an event")
struct JourneyTests {
    private func journey(
        of id: EventID,
        _ journal: Journal,
        account owner: AccountID = account()
    ) async throws -> Journey? {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        try await fixture.apply(journal.facts, to: fixture.models, batch: 100)
        let reader = JourneyReader(
            log: fixture.store,
            index: fixture.store.views.journeys,
            arrivals: fixture.store.views.arrivals,
            ledger: fixture.store.views.billingLedger
        )
        return try await reader.journey(of: id, account: owner)
    }

    @Test("an applied signal's passage has every hop, and its settlement is one of its own")
    func applied() async throws {
        var journal = Journal()
        journal.request = "req_1"
        let id = journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 100_000)
        let journey = try #require(try await journey(of: id, journal))
        #expect(journey.status == .applied)
        #expect(journey.passages.map(\.occasion) == [.event, .time])
        let steps = journey.passages[0].steps
        #expect(
            steps.map(\.name)
                == [.accepted, .flushed, .taken, .decided, .appended]
                + Array(repeating: .visible, count: 4)
        )
        #expect(steps.prefix(4).map(\.sincePrevious) == [nil, 1_000, 1_000, 1_000])
        #expect(steps[0].node == "other")
        #expect(steps[2].node == "test")
        #expect(steps[4].at == nil)
        #expect(steps[4].notAfter == steps[5].at)
        #expect(journey.passages[1].steps.prefix(2).map(\.name) == [.taken, .decided])
        let settled = try #require(journey.passages[1].facts.first)
        #expect(settled.fact.event.stateAfter == .confirmed)
        #expect(
            settled.posting(account())
                == PostingID(settlementOf: key("outcome-1"), account: account())
        )
        #expect(try await self.journey(of: id, journal, account: account("acct_beta")) == nil)
    }

    @Test("a parked signal tells who redrove it, and what came of it")
    func parked() async throws {
        var journal = Journal()
        journal.missingCustomers = [customer("c-later")]
        journal.request = "req_1"
        let id = journal.signal("outcome-1", at: 10, customer: "c-later")
        journal.missingCustomers = []
        journal.request = "req_2"
        journal.redrive(id, of: "outcome-1", at: 20)
        journal.settle("outcome-1", through: 100_000)
        let journey = try #require(try await journey(of: id, journal))
        #expect(journey.status == .applied)
        #expect(journey.code == nil)
        #expect(!journey.isParked)
        #expect(journey.passages.map(\.occasion) == [.event, .redrive, .time])
        #expect(
            journey.passages.map { $0.passage?.acceptance?.request } == ["req_1", "req_2", nil]
        )
        #expect(journey.passages[1].cause.author == "tok_1")
        #expect(journey.passages[0].facts.first?.fact.event.code == .customerNotFound)
    }

    @Test("a parked signal that another one brought along says which")
    func broughtAlong() async throws {
        var journal = Journal()
        let first = journal.signal("outcome-1", "asked", at: 10, agent: nil)
        let second = journal.signal("outcome-1", at: 20)
        let journey = try #require(try await journey(of: first, journal))
        #expect(journey.passages.map(\.occasion) == [.event, .otherEvent])
        #expect(journey.passages[1].cause.eventID == second)
    }

    @Test("a discarded one keeps its code")
    func discarded() async throws {
        var journal = Journal()
        let id = journal.signal("outcome-1", at: 10, customer: "nobody")
        journal.discard(id, of: "outcome-1", at: 20)
        let journey = try #require(try await journey(of: id, journal))
        #expect(journey.status == .discarded)
        #expect(journey.code == .customerNotFound)
        #expect(journey.passages.map(\.occasion) == [.event, .discard])
    }

    @Test("a posting leads to the signals of its outcome and to no dead letter")
    func posting() async throws {
        var journal = Journal()
        var applied: [EventID] = []
        for number in 0..<5 { applied.append(journal.signal("outcome-1", at: 10 + number)) }
        journal.signal("outcome-1", at: 20, customer: "c2")
        journal.settle("outcome-1", through: 100_000)
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        try await fixture.apply(journal.facts, to: fixture.models, batch: 100)
        let reader = JourneyReader(
            log: fixture.store,
            index: nil,
            arrivals: nil,
            ledger: fixture.store.views.billingLedger
        )
        let id = PostingID(settlementOf: key("outcome-1"), account: account())
        var found: [EventID] = []
        var cursor: PageCursor?
        repeat {
            let page = try await reader.journeys(
                of: account(),
                .posting(id),
                limit: 2,
                after: cursor
            )
            found += page.elements.map(\.eventID)
            cursor = page.next
        } while cursor != nil
        #expect(found == applied)
        let other = PostingID(settlementOf: key("outcome-2"), account: account())
        let none = try await reader.journeys(of: account(), .posting(other), limit: 2, after: nil)
        #expect(none.elements.isEmpty)
    }

    @Test("a waiting event says since when it waits, and how many records come first")
    func waiting() async throws {
        let journal = Journal()
        let fixture = try StoreFixture(partitions: journal.partitioning.count)
        defer { fixture.remove() }
        let drafts = (0..<3).map { number in
            IngestDraft(
                account: account(),
                partition: Partition(1),
                eventID: EventID(partition: 1, fingerprint: 7, unique: UInt64(number), salt: 0),
                clock: .live(now: instant(100)),
                earliestReceipt: nil,
                claim: IdempotencyClaim(
                    scope: IdempotencyClaim.scope(
                        of: Text("key-\(number)"),
                        on: "outcome-1",
                        account: account()
                    ),
                    body: .zero
                ),
                catalogVersion: 1,
                payload: IngestPayload.signal(
                    SignalPayload(
                        key: key("outcome-1"),
                        action: action("resolved"),
                        customer: customer("c1")
                    )
                ).encoded(),
                trace: nil,
                origin: IngestOrigin(
                    node: "test",
                    acceptedAt: instant(100),
                    request: "req_\(number)"
                )
            )
        }
        _ = try await fixture.store.append(drafts)
        let reader = JourneyReader(log: fixture.store, index: nil, arrivals: nil, ledger: nil)
        let id = drafts[2].eventID
        let journey = try #require(try await reader.journey(of: id, account: account()))
        #expect(journey.status == .waiting)
        #expect(journey.passages.isEmpty)
        let wait = try #require(journey.wait)
        #expect(wait.recordsAhead == 2)
        #expect(wait.acceptance.request == "req_2")
        #expect(wait.acceptance.steps.map(\.name) == [.accepted, .flushed])
        #expect(try await reader.journey(of: id, account: account("acct_beta")) == nil)
    }
}
