// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// What holds of any records whatever (SPEC 4), over seeded random sequences.
@Suite("Any records")
struct OutcomePropertyTests {
    private static let seeds: [UInt64] = Array(0..<8)
    private static let runsPerSeed: UInt64 = 60
    private static let recordsPerRun = 40

    /// Runs `body` with the records of many runs; a failure names the run.
    private func forEachRun(
        of seed: UInt64,
        _ body: ([ReferenceOutcome.Record]) throws -> Void
    ) rethrows {
        for run in 0..<Self.runsPerSeed {
            var random = RandomRecords(seed: seed << 32 | run)
            try body(random.records(Self.recordsPerRun))
        }
    }

    private func rank(_ state: OutcomeState?) -> Int {
        switch state {
        case nil: 0
        case .open: 1
        case .pending: 2
        case .missed, .failed, .confirmed: 3
        }
    }

    @Test("states never go back, and a final one stays", arguments: seeds)
    func statesNeverGoBack(seed: UInt64) {
        forEachRun(of: seed) { records in
            var outcome = Outcome()
            for record in records {
                let before = outcome.state
                _ = outcome.execute(record.command, routing: record.market.routing)
                #expect(rank(outcome.state) >= rank(before))
                if rank(before) == 3 { #expect(outcome.state == before) }
                #expect((outcome.settlesAt == nil) == (rank(outcome.state) % 3 == 0))
            }
        }
    }

    @Test("the facts fold to the same state, and deciding agrees with executing", arguments: seeds)
    func factsRefold(seed: UInt64) {
        forEachRun(of: seed) { records in
            var outcome = Outcome()
            var folded = Outcome()
            for record in records {
                let decided = outcome.decide(record.command, routing: record.market.routing)
                let facts = outcome.execute(record.command, routing: record.market.routing)
                #expect(decided == facts)
                for fact in facts {
                    folded.evolve(fact)
                }
                #expect(folded == outcome)
            }
        }
    }

    @Test("accepted = applied + outstanding + discarded, after every record", arguments: seeds)
    func everySignalIsOneThing(seed: UInt64) {
        forEachRun(of: seed) { records in
            var outcome = Outcome()
            var accepted: Set<EventID> = []
            var applied: Set<EventID> = []
            var discarded: Set<EventID> = []
            for record in records {
                if case .submit(let signal) = record.command { accepted.insert(signal.eventID) }
                for fact in outcome.execute(record.command, routing: record.market.routing) {
                    switch fact.event {
                    case .signalApplied(let fact):
                        #expect(applied.insert(fact.signal.eventID).inserted)
                        #expect(fact.number == applied.count)
                    case .signalDiscarded(let fact):
                        #expect(discarded.insert(fact.eventID).inserted)
                    default:
                        break
                    }
                }
                let parked = Set(outcome.parked.keys)
                let refused = Set(outcome.refused.keys)
                #expect(applied.union(parked).union(refused).union(discarded) == accepted)
                #expect(
                    applied.count + parked.count + refused.count + discarded.count
                        == accepted.count
                )
            }
        }
    }

    @Test("a stream opens once, settles at most once, and keeps to its window", arguments: seeds)
    func shapeOfTheStream(seed: UInt64) {
        forEachRun(of: seed) { records in
            var outcome = Outcome()
            var opened: OutcomeFact?
            var settled: OutcomeFact?
            var last: OutcomeFact?
            var windowEnd = Timestamp.latest
            for record in records {
                for fact in outcome.execute(record.command, routing: record.market.routing) {
                    switch fact.event {
                    case .opened:
                        #expect(opened == nil)
                        opened = fact
                    case .signalApplied(let applied):
                        #expect(settled == nil)
                        #expect(applied.number > 1 || fact.time == opened?.time)
                        #expect(applied.number == 1 || fact.time < windowEnd)
                        #expect(applied.settlesAt >= fact.time)
                        windowEnd = applied.settlesAt
                        last = fact
                    case .settled:
                        #expect(settled == nil)
                        #expect(fact.time == windowEnd)
                        #expect(fact.cause == last?.cause)
                        settled = fact
                    default:
                        break
                    }
                }
            }
        }
    }

    @Test("whenever the timer fires, the facts are the same", arguments: seeds)
    func timersChangeNothing(seed: UInt64) {
        var random = SeededGenerator(seed: ~seed)
        forEachRun(of: seed) { records in
            var plain = Outcome()
            var timed = Outcome()
            var plainFacts: [OutcomeFact] = []
            var timedFacts: [OutcomeFact] = []
            for record in records {
                plainFacts += plain.execute(record.command, routing: record.market.routing)
                // Everything accepted before this record has been judged: its own time may come
                // first, but nothing later.
                while random.chance(50) {
                    let back = Int64(Int.random(in: 0...15, using: &random))
                    timedFacts += timed.execute(
                        .settle(through: record.time.adding(seconds: -back)),
                        routing: record.market.routing
                    )
                }
                timedFacts += timed.execute(record.command, routing: record.market.routing)
            }
            let horizon = OutcomeCommand.settle(100_000)
            plainFacts += plain.decide(horizon) { _ in
                .unroutable(.agentNotFound, catalogVersion: 1)
            }
            timedFacts += timed.decide(horizon) { _ in
                .unroutable(.agentNotFound, catalogVersion: 1)
            }
            #expect(plainFacts == timedFacts)
        }
    }

    @Test("the result is that of the rules told from the whole list", arguments: seeds)
    func agreesWithReference(seed: UInt64) throws {
        forEachRun(of: seed) { records in
            let reference = ReferenceOutcome(records)
            var outcome = Outcome()
            var applied: [Signal] = []
            for record in records + [last] {
                for fact in outcome.execute(record.command, routing: record.market.routing) {
                    if case .signalApplied(let fact) = fact.event { applied.append(fact.signal) }
                }
            }
            #expect(applied == reference.applied)
            #expect(outcome.parked.mapValues(\.code) == reference.parked)
            #expect(outcome.refused == reference.refused)
            #expect(outcome.state == reference.finalState)
            guard case .settled(let settled) = outcome.phase else {
                #expect(reference.terms == nil)
                return
            }
            #expect(settled.settledAt == reference.end)
            guard let charge = settled.ending.charge else { return }
            #expect(charge.quantity == reference.quantity)
            #expect(charge.amount == reference.quantity * wide("0.002"))
        }
    }

    /// Long after every window.
    private let last = ReferenceOutcome.Record(
        command: .settle(100_000),
        market: Market(Contract(condition: .all([])))
    )

    @Test("parked and brought later is the same as nothing missing", arguments: seeds)
    func asIfNothingHadBeenMissing(seed: UInt64) throws {
        try forEachRun(of: seed) { records in
            let signals = records.compactMap { record -> Signal? in
                guard case .submit(let signal) = record.command else { return nil }
                return signal
            }
            let contract = try #require(records.first?.market.agents[slug("support")])
            var market = Market(contract)
            market.closed = .customerNotFound
            var parked = Outcome()
            for signal in signals {
                _ = parked.execute(.submit(signal), routing: market.routing)
            }
            market.closed = nil
            market.customers = [customer("acme"), customer("globex")]
            let opener = try #require(
                signals.first { ($0.agent ?? slug("support")) == slug("support") }
            )
            let redrive = OutcomeCommand.redrive(
                Int(opener.eventID.unique),
                at: 90_000,
                position: 90_000
            )
            let brought = parked.execute(redrive, routing: market.routing).map(\.event)

            var present = Outcome()
            let agreeing = signals.filter { signal in
                signal.customer == opener.customer
                    && (signal.agent ?? slug("support")) == slug("support")
            }
            var expected: [OutcomeEvent] = []
            for signal in agreeing {
                expected += present.execute(.submit(signal), routing: market.routing)
                    .map(\.event)
            }
            expected += present.execute(.settle(90_000), routing: market.routing).map(\.event)
            #expect(Array(brought.dropFirst()) == expected)
            #expect(parked.phase.isSettledLike(present.phase))
        }
    }
}

extension Outcome.Phase {
    fileprivate func isSettledLike(_ other: Outcome.Phase) -> Bool {
        guard case .settled(let mine) = self, case .settled(let theirs) = other else {
            return false
        }
        return mine == theirs
    }
}
