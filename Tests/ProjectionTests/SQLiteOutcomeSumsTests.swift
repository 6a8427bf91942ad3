// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomesFeed
import SQLiteStore
import Testing

@Suite("The sums over outcomes say what the outcomes say")
struct SQLiteOutcomeSumsTests {
    private let journal = Journal.mixed(outcomes: 24)

    @Test("after each batch, of whatever size", arguments: [1, 3, 1_000])
    func batches(size: Int) async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let feed = fixture.store.views.outcomesFeed
        var rest = journal.facts[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            try await feed.apply(batch, checkpoints: batch.checkpoints)
            for account in Set(journal.facts.map(\.stream.account)) {
                let rows = try await feed.all(of: account).map(\.row)
                #expect(
                    try await SumsSnapshot(of: feed, account: account)
                        == SumsSnapshot(counting: rows)
                )
            }
        }
    }

    @Test("after random histories, in batches that overlap, through restarts", arguments: 0..<8)
    func random(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let journal = Self.random(&random)
        let owners = Set(journal.facts.map(\.stream.account))
        var fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        var applied = 0
        var looks = 0
        while applied < journal.facts.count {
            let size = random.pick([1, 2, 7, 40, 300])
            let end = min(applied + size, journal.facts.count)
            // What was applied already comes again now and then.
            let start = max(0, applied - random.pick([0, 0, 1, 5]))
            let batch = Array(journal.facts[start..<end])
            try await fixture.store.views.outcomesFeed.apply(batch, checkpoints: batch.checkpoints)
            applied = end
            if random.chance(10) {
                await fixture.store.close()
                fixture = try fixture.reopened()
            }
            guard random.chance(25) || applied == journal.facts.count else { continue }
            looks += 1
            let feed = fixture.store.views.outcomesFeed
            for owner in owners {
                let rows = try await feed.all(of: owner).map(\.row)
                #expect(
                    try await SumsSnapshot(of: feed, account: owner)
                        == SumsSnapshot(counting: rows),
                    "after \(applied) facts"
                )
            }
        }
        #expect(looks > 0 && owners.count == 2)
    }

    /// Signals of all kinds, late ones, redrives, discards and settlements, in two currencies.
    private static func random(_ random: inout SeededGenerator) -> Journal {
        var journal = Journal()
        journal.missingCustomers = [customer("c3")]
        var second = 0
        var sent: [(event: EventID, outcome: Text, owner: AccountID)] = []
        for number in 0..<240 {
            second += random.pick([0, 1, 20, 60, 30_000])
            if number == 160 { journal.missingCustomers = [] }
            let name = Int.random(in: 0..<30, using: &random)
            let outcome = Text("outcome-\(name)")
            let owner = name.isMultiple(of: 5) ? account("acct_beta") : account()
            switch Int.random(in: 0..<100, using: &random) {
            case ..<70:
                let event = journal.signal(
                    outcome,
                    random.pick(["asked", "resolved", "resolved", "reopened", "thanked"]),
                    at: second,
                    customer: ["c1", "c2", "c3", "c-yen"][name % 4],
                    agent: random.pick([nil, name.isMultiple(of: 3) ? "mage" : "bot"]),
                    attribution: random.pick([nil, "0.1", "3.25", "1000000000000000"]),
                    account: owner
                )
                sent.append((event, outcome, owner))
            case ..<85:
                journal.settle(outcome, through: second, account: owner)
            case ..<95:
                guard let pick = sent.randomElement(using: &random) else { continue }
                journal.redrive(pick.event, of: pick.outcome, at: second, account: pick.owner)
            default:
                guard let pick = sent.randomElement(using: &random) else { continue }
                journal.discard(pick.event, of: pick.outcome, at: second, account: pick.owner)
            }
        }
        return journal
    }

    @Test("an account that nobody knows has none, and an agent's are its own")
    func narrow() async throws {
        let fixture = try await StoreFixture.holding(journal)
        defer { fixture.remove() }
        let feed = fixture.store.views.outcomesFeed
        try await feed.apply(journal.facts, checkpoints: journal.facts.checkpoints)
        let nobody = account("acct_nobody")
        #expect(try await SumsSnapshot(of: feed, account: nobody) == SumsSnapshot())
        let ever = try await feed.outcomeCounts(of: account())
        for (agent, counts) in ever {
            var sum = OutcomeCounts()
            let days = try await feed.outcomeCounts(
                of: account(),
                agent: agent,
                openedOn: 0...100_000
            )
            for day in days.values { sum.add(day) }
            #expect(OutcomeState.allCases.allSatisfy { sum[$0] == counts[$0] })
        }
        #expect(ever.count > 1)
    }
}
