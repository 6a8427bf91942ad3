// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit
import SQLiteStore
import Testing

@Suite("Dead letters by what is missing")
struct DeadLetterGroupTests {
    private func letter(_ code: DeadLetterCode, agent: Slug? = nil) -> DeadLetter {
        DeadLetter(
            account: account(),
            eventID: EventID(partition: 0, fingerprint: 1, unique: 1, salt: 1),
            key: key("outcome-1"),
            code: code,
            action: action("asked"),
            customer: customer("acme"),
            agent: agent,
            receivedAt: instant(1),
            parked: true
        )
    }

    @Test("a group is what its code depends on, and no more")
    func dependencies() {
        func group(_ code: DeadLetterCode, agent: Slug? = nil) -> [String?] {
            let group = DeadLetterGroup(of: letter(code, agent: agent))
            return [group.agent?.text, group.action?.text, group.customer?.text].map { $0?.string }
        }
        #expect(group(.agentNotFound, agent: slug("bot")) == ["bot", nil, nil])
        #expect(group(.agentAmbiguous) == [nil, "asked", nil])
        #expect(group(.customerNotFound, agent: slug("bot")) == [nil, nil, "acme"])
        #expect(group(.rateCardNotFound, agent: slug("bot")) == [nil, nil, "acme"])
        #expect(group(.rateCardEntryNotFound, agent: slug("bot")) == ["bot", nil, "acme"])
        #expect(group(.rateCardEntryNotFound) == [nil, "asked", "acme"])
        #expect(group(.outcomeIdentityMismatch, agent: slug("bot")) == [nil, nil, nil])
        #expect(group(.outcomeNotOpen, agent: slug("bot")) == [nil, nil, nil])
    }

    @Test("a group's name is read back, and nothing else is a name")
    func names() {
        let id = DeadLetterGroup(of: letter(.customerNotFound)).id
        #expect(DeadLetterGroupID(Text(id.text)) == id)
        for text in ["", "grp_", "grp_0", "grp_xx", id.text + "0", "evt_00"] {
            #expect(DeadLetterGroupID(Text(text)) == nil, "\(text)")
        }
        #expect(DeadLetterGroupID(Text("grp_" + String(repeating: "0", count: 4_402))) == nil)
    }

    /// Dead letters of four groups; some are brought in again.
    private var traffic: Journal {
        var journal = Journal()
        journal.missingCustomers = [customer("c-later"), customer("c-never")]
        for number in 0..<60 {
            let outcome = Text("outcome-\(number)")
            switch number % 4 {
            case 0: journal.signal(outcome, at: number * 10, customer: "c-never")
            case 1: journal.signal(outcome, "asked", at: number * 10, agent: nil)
            case 2: journal.signal(outcome, at: number * 10, customer: "c-later")
            default: journal.signal("settled-long-ago", at: number * 100, agent: "mage")
            }
        }
        journal.missingCustomers = [customer("c-never")]
        for number in stride(from: 2, to: 40, by: 4) {
            journal.signal(Text("outcome-\(number)"), at: 9_000, customer: "c-later")
        }
        return journal
    }

    @Test("counts, oldest and newest follow every change, in pages of any size")
    func counted() async throws {
        let fixture = try await StoreFixture.holding(traffic)
        defer { fixture.remove() }
        let model = fixture.store.views.deadLetters
        try await fixture.apply(traffic.facts, to: [model], batch: 3)
        let letters = try await model.all(of: account())
        let expected = Dictionary(grouping: letters, by: DeadLetterGroup.init)
        #expect(expected.count >= 4)
        for limit in [1, 2, 500] {
            let groups = try await model.allGroups(of: account(), limit: limit)
            #expect(Set(groups.map(\.group)) == Set(expected.keys))
            let names = groups.map(\.group.id.bytes)
            #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
            for grouped in groups {
                // The list is newest first.
                let own = try #require(expected[grouped.group])
                #expect(grouped.count == own.count)
                #expect(grouped.newestReceivedAt == own.first?.receivedAt)
                #expect(
                    grouped.oldest
                        == Array(own.reversed().prefix(GroupedDeadLetters.samplesLimit))
                )
            }
        }
        #expect(try await model.allGroups(of: account("acct_beta")).isEmpty)
    }

    @Test("a group finds its own letters, and other filters narrow it")
    func filtered() async throws {
        let fixture = try await StoreFixture.holding(traffic)
        defer { fixture.remove() }
        let model = fixture.store.views.deadLetters
        try await fixture.apply(traffic.facts, to: [model], batch: 7)
        let letters = try await model.all(of: account())
        for grouped in try await model.allGroups(of: account()) {
            let own = letters.filter { DeadLetterGroup(of: $0) == grouped.group }
            let filter = DeadLetterFilter(group: grouped.group.id)
            #expect(try await model.all(of: account(), filter, limit: 2) == own)
            let one = DeadLetterFilter(group: grouped.group.id, key: own[0].key)
            #expect(
                try await model.all(of: account(), one) == own.filter { $0.key == own[0].key }
            )
        }
    }

    @Test("a group whose last letter goes is no more")
    func empty() async throws {
        var journal = Journal()
        let lost = journal.signal("outcome-1", at: 10, customer: "nobody")
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let model = fixture.store.views.deadLetters
        try await fixture.apply(journal.facts, to: [model], batch: 1)
        let found = try #require(try await model.allGroups(of: account()).first)
        #expect(found.count == 1)
        #expect(try await model.deadLetterGroup(found.group.id, of: account()) == found)
        let other = DeadLetterGroup(of: letter(.outcomeNotOpen)).id
        #expect(try await model.deadLetterGroup(other, of: account()) == nil)
        #expect(try await model.deadLetterGroup(found.group.id, of: account("acct_zulu")) == nil)
        journal.discard(lost, of: "outcome-1", at: 20)
        try await fixture.append(journal.stored)
        try await fixture.apply(journal.facts, to: [model], batch: 1)
        #expect(try await model.allGroups(of: account()).isEmpty)
    }
}

extension SQLiteDeadLetters {
    fileprivate func allGroups(
        of account: AccountID,
        limit: Int = 500
    ) async throws -> [GroupedDeadLetters] {
        var groups: [GroupedDeadLetters] = []
        var cursor: PageCursor?
        repeat {
            let page = try await deadLetterGroups(of: account, limit: limit, after: cursor)
            groups += page.elements
            cursor = page.next
        } while cursor != nil
        return groups
    }
}
