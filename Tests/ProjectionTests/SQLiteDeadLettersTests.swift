// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit
import SQLiteStore
import Testing

@Suite("The dead letters in SQLite")
struct SQLiteDeadLettersTests {
    private func letters(_ journal: Journal) async throws -> (StoreFixture, SQLiteDeadLetters) {
        let fixture = try await StoreFixture.holding(journal)
        try await fixture.apply(journal.facts, to: [fixture.store.views.deadLetters], batch: 3)
        return (fixture, fixture.store.views.deadLetters)
    }

    /// Dead letters of several codes, keys, customers, agents and actions; some brought in again.
    private var traffic: Journal {
        var journal = Journal()
        journal.missingCustomers = [customer("c-later")]
        for number in 0..<40 {
            let outcome = Text("outcome-\(number % 10)")
            switch number % 4 {
            case 0: journal.signal(outcome, at: number * 10, customer: "nobody")
            case 1: journal.signal(outcome, "asked", at: number * 10, agent: nil)
            case 2: journal.signal(outcome, "asked", at: number * 10, customer: "c-later")
            default: journal.signal("settled-long-ago", at: number * 100, agent: "mage")
            }
        }
        return journal
    }

    private func expected(_ journal: Journal) throws -> [DeadLetter] {
        var letters: [EventID: DeadLetter] = [:]
        for fact in journal.outcomeFacts {
            guard let change = try DeadLetterChange.of(fact) else { continue }
            letters[change.eventID] = try change.fold(letters[change.eventID], fact)
        }
        return letters.values.sorted {
            ($0.receivedAt.microseconds, $0.eventID.description)
                > ($1.receivedAt.microseconds, $1.eventID.description)
        }
    }

    @Test("the list is what the fold says, newest first, in pages of any size")
    func list() async throws {
        let journal = traffic
        let (fixture, letters) = try await letters(journal)
        defer { fixture.remove() }
        let expected = try expected(journal)
        #expect(expected.count > 20)
        for limit in [1, 3, 500] {
            #expect(try await letters.all(of: account(), limit: limit) == expected)
        }
        #expect(try await letters.all(of: account("acct_beta")).isEmpty)
    }

    @Test("filters and their combinations find exactly what matches")
    func filters() async throws {
        let (fixture, letters) = try await letters(traffic)
        defer { fixture.remove() }
        let all = try await letters.all(of: account())
        for code in [nil, DeadLetterCode.customerNotFound] {
            for outcome in [nil, key("outcome-4")] {
                for payer in [nil, customer("nobody")] {
                    for (agent, name) in [(nil, nil), (slug("bot"), action("resolved"))] {
                        let filter = DeadLetterFilter(
                            code: code,
                            key: outcome,
                            customer: payer,
                            agent: agent,
                            action: name,
                            receivedFrom: instant(20),
                            receivedBefore: instant(300)
                        )
                        let expected = all.filter { letter in
                            (code ?? letter.code) == letter.code
                                && (outcome ?? letter.key) == letter.key
                                && (payer ?? letter.customer) == letter.customer
                                && (agent.map { $0 == letter.agent } ?? true)
                                && (name ?? letter.action) == letter.action
                                && letter.receivedAt >= instant(20)
                                && letter.receivedAt < instant(300)
                        }
                        #expect(try await letters.all(of: account(), filter, limit: 2) == expected)
                    }
                }
            }
        }
    }

    @Test("counts follow every change")
    func counts() async throws {
        var journal = traffic
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let letters = fixture.store.views.deadLetters
        journal.missingCustomers = []
        journal.signal("outcome-2", at: 5_000, customer: "c-later")
        journal.signal("outcome-1", at: 5_000)
        try await fixture.append(journal.stored)
        try await fixture.apply(journal.facts, to: [letters], batch: 4)
        var counts: [DeadLetterCode: Int] = [:]
        for letter in try expected(journal) { counts[letter.code, default: 0] += 1 }
        #expect(try await letters.deadLetterCounts(of: account()) == counts)
        #expect(try await letters.deadLetterCounts() == counts)
        #expect(try await letters.deadLetterCounts(of: account("acct_beta")).isEmpty)
    }

    @Test("one is found by its id, in its own account only")
    func one() async throws {
        let (fixture, letters) = try await letters(traffic)
        defer { fixture.remove() }
        let letter = try #require(try await letters.all(of: account()).first)
        #expect(try await letters.deadLetter(letter.eventID, account: account()) == letter)
        let foreign = try await letters.deadLetter(letter.eventID, account: account("acct_beta"))
        #expect(foreign == nil)
    }
}
