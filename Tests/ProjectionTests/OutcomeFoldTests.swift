// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain
import OutcomesFeed
import ProjectionKit
import Testing

@Suite("Folding facts into a row of the feed")
struct OutcomeFoldTests {
    private func row(_ journal: Journal) throws -> OutcomeRow? {
        var row: OutcomeRow?
        for fact in journal.outcomeFacts {
            row = try OutcomeRow.fold(row, fact)
        }
        return row
    }

    @Test("an opened outcome is OPEN since its opening and settles a period later")
    func opens() throws {
        var journal = Journal()
        journal.signal("outcome-1", "asked", at: 10)
        let row = try #require(try row(journal))
        #expect(row.openedAt == instant(10))
        #expect(row.progress.state == .open)
        #expect(row.progress.stateSince == instant(10))
        #expect(row.progress.settlesAt == instant(110))
        #expect(row.progress.scheduledResolution == nil)
        #expect(row.progress.signalCount == 1)
        #expect(row.progress.version == 2)
        #expect(row.contractHash == contract.hash)
        #expect(row.price == decimal("0.5"))
    }

    @Test("the state's time moves only when the state changes")
    func pends() throws {
        var journal = Journal()
        journal.signal("outcome-1", "asked", at: 10)
        journal.signal("outcome-1", at: 20)
        journal.signal("outcome-1", "reopened", at: 30)
        let row = try #require(try row(journal))
        #expect(row.progress.state == .pending)
        #expect(row.progress.scheduledResolution == .failed)
        #expect(row.progress.stateSince == instant(20))
        #expect(row.progress.updatedAt == instant(30))
        #expect(row.progress.settlesAt == instant(130))
    }

    @Test("a confirmed outcome reads its charge, its logical end and when that was written")
    func confirms() throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10, attribution: "2.5")
        journal.recordedLaterBySeconds = 7
        journal.settle("outcome-1", through: 500)
        let row = try #require(try row(journal))
        #expect(row.progress.state == .confirmed)
        #expect(row.progress.quantity == wide("2.5"))
        #expect(row.progress.amount == wide("1.25"))
        #expect(row.progress.settledAt == instant(110))
        #expect(row.progress.recordedAt == instant(117))
        #expect(row.progress.stateSince == instant(110))
        #expect(row.progress.scheduledResolution == nil)
    }

    @Test("a missed outcome has neither quantity nor amount")
    func misses() throws {
        var journal = Journal()
        journal.signal("outcome-1", "asked", at: 10)
        journal.settle("outcome-1", through: 500)
        let row = try #require(try row(journal))
        #expect(row.progress.state == .missed)
        #expect(row.progress.quantity == nil)
        #expect(row.progress.amount == nil)
    }

    @Test("late signals are counted apart from applied ones, and touch the row's time")
    func countsLate() throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 110)
        let late = journal.signal("outcome-1", at: 300)
        journal.signal("outcome-1", at: 310, customer: "c2")
        journal.discard(late, of: "outcome-1", at: 320)
        let row = try #require(try row(journal))
        #expect(row.progress.signalCount == 1)
        #expect(row.progress.lateSignalCount == 1)
        #expect(row.progress.updatedAt == instant(320))
        #expect(row.progress.version == journal.outcomeFacts.count)
    }

    @Test("a signal that could not open its outcome is not on the feed until it is brought in")
    func bringsIn() throws {
        var journal = Journal()
        journal.signal("outcome-1", "asked", at: 10, agent: nil)
        #expect(try row(journal) == nil)
        journal.signal("outcome-1", at: 50)
        let row = try #require(try row(journal))
        #expect(row.openedAt == instant(10))
        #expect(row.progress.signalCount == 2)
    }

    @Test("a gap in the stream is refused")
    func refusesGaps() throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.signal("outcome-1", at: 20)
        let row = try OutcomeRow.fold(nil, journal.outcomeFacts[0])
        #expect(throws: ProjectionFailure.self) {
            try OutcomeRow.fold(row, journal.outcomeFacts[2])
        }
    }

    @Test("an outcome that applies or settles before it opens is refused")
    func refusesUnopened() {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 500)
        for fact in journal.outcomeFacts.dropFirst() {
            #expect(throws: ProjectionFailure.self) { try OutcomeRow.fold(nil, fact) }
        }
    }
}
