// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import EventSchema
import ExactValues
import OutcomeDomain
import ProjectionKit
import Testing

@Suite("Folding facts into dead letters")
struct DeadLetterFoldTests {
    private func letters(_ journal: Journal) throws -> [EventID: DeadLetter] {
        var letters: [EventID: DeadLetter] = [:]
        for fact in journal.outcomeFacts {
            guard let change = try DeadLetterChange.of(fact) else { continue }
            letters[change.eventID] = try change.fold(letters[change.eventID], fact)
        }
        return letters
    }

    @Test("an unroutable signal is a parked dead letter with everything it names")
    func inserts() throws {
        var journal = Journal()
        let eventID = journal.signal("outcome-1", "asked", at: 10, customer: "nobody")
        #expect(
            try letters(journal) == [
                eventID: DeadLetter(
                    account: account(),
                    eventID: eventID,
                    key: key("outcome-1"),
                    code: .customerNotFound,
                    action: action("asked"),
                    customer: customer("nobody"),
                    agent: slug("bot"),
                    receivedAt: instant(10),
                    parked: true
                )
            ]
        )
    }

    @Test("one that is brought in is outstanding no more")
    func removes() throws {
        var journal = Journal()
        journal.signal("outcome-1", "asked", at: 10, agent: nil)
        journal.signal("outcome-1", at: 20)
        #expect(try letters(journal).isEmpty)
    }

    @Test("one that is brought in too late is a dead letter again, under its new code")
    func replaces() throws {
        var journal = Journal()
        journal.missingCustomers = [customer("c1")]
        let first = journal.signal("outcome-1", at: 10)
        let second = journal.signal("outcome-1", at: 500)
        journal.missingCustomers = []
        journal.redrive(first, of: "outcome-1", at: 600)
        let letters = try letters(journal)
        #expect(Set(letters.keys) == [second])
        #expect(letters[second]?.code == .outcomeNotOpen)
        #expect(letters[second]?.parked == false)
    }

    @Test("a redrive that still finds nothing renews the code")
    func recodes() throws {
        var journal = Journal()
        let eventID = journal.signal("outcome-1", at: 10, customer: "nobody")
        journal.redrive(eventID, of: "outcome-1", at: 20)
        #expect(try letters(journal)[eventID]?.code == .customerNotFound)
    }

    @Test("a discarded one is gone")
    func discards() throws {
        var journal = Journal()
        let eventID = journal.signal("outcome-1", at: 10, customer: "nobody")
        journal.discard(eventID, of: "outcome-1", at: 20)
        #expect(try letters(journal).isEmpty)
    }

    @Test("applied, opened and settled facts of their own cause change nothing")
    func ignores() throws {
        var journal = Journal()
        journal.signal("outcome-1", at: 10)
        journal.settle("outcome-1", through: 500)
        for fact in journal.outcomeFacts {
            #expect(try DeadLetterChange.of(fact) == nil)
        }
    }

    @Test("a change to a letter that is not there is refused")
    func refuses() throws {
        var journal = Journal()
        let eventID = journal.signal("outcome-1", at: 10, customer: "nobody")
        journal.discard(eventID, of: "outcome-1", at: 20)
        let fact = journal.outcomeFacts[1]
        let change = try #require(try DeadLetterChange.of(fact))
        #expect(throws: ProjectionFailure.self) { try change.fold(nil, fact) }
    }
}
