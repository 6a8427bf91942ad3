// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// `evolve` is total: facts that no decision makes do no harm.
@Suite("Evolve")
struct EvolveTests {
    private func stream() throws -> [OutcomeFact] {
        try OutcomeSpec(contract()).given(.signal(1), .settle(100)).stream
    }

    @Test("a signal or a settlement without an outcome changes nothing")
    func nothingOpened() throws {
        var outcome = Outcome()
        for fact in try stream().dropFirst() {
            outcome.evolve(fact)
        }
        #expect(outcome == Outcome())
    }

    @Test("a signal or a second settlement after the end changes nothing")
    func afterTheEnd() throws {
        let stream = try stream()
        var outcome = Outcome()
        for fact in stream {
            outcome.evolve(fact)
        }
        let settled = outcome
        for fact in stream.dropFirst() {
            outcome.evolve(fact)
        }
        #expect(outcome == settled)
    }

    @Test("a redrive of what does not wait changes nothing")
    func redriveOfNothing() {
        var outcome = Outcome()
        let redriven = SignalRedriven(eventID: event(1), code: .agentNotFound, reason: nil)
        let cause = Cause(position: IngestPosition(1), eventID: event(2))
        outcome.evolve(
            OutcomeFact(event: .signalRedriven(redriven), time: instant(0), cause: cause)
        )
        #expect(outcome == Outcome())
    }

    @Test("the state does not depend on where the fold began")
    func snapshots() throws {
        let given = try OutcomeSpec(contract())
            .given { $0.closed = .agentNotFound }
            .given(.signal(1, at: 0), .signal(2, at: 1, customer: "globex"))
            .given { $0.closed = nil }
            .given(.signal(3, at: 2), .signal(4, at: 3), .settle(200), .signal(5, at: 300))
        for cut in given.stream.indices {
            var outcome = Outcome()
            for fact in given.stream[..<cut] {
                outcome.evolve(fact)
            }
            for fact in given.stream[cut...] {
                outcome.evolve(fact)
            }
            #expect(outcome == given.outcome)
        }
    }
}

/// Long streams on one key: what a signal costs does not grow with those before it.
@Suite("Volume")
struct VolumeTests {
    @Test("10,000 signals on one key are applied and billed", .timeLimit(.minutes(1)))
    func manySignals() throws {
        let contract = try contract(
            #"{"fact":"resolved","operator":"count_gte","value":10000}"#,
            method: .sum
        )
        let market = Market(contract)
        var outcome = Outcome()
        for number in 1...9_999 {
            let facts = outcome.execute(
                .signal(number, at: number, attribution: decimal("0.1")),
                routing: market.routing
            )
            #expect(facts.count == (number == 1 ? 2 : 1))
        }
        #expect(outcome.state == .open)
        _ = outcome.execute(
            .signal(10_000, at: 10_000, attribution: decimal("0.1")),
            routing: market.routing
        )
        #expect(outcome.state == .pending)
        let settled = outcome.execute(.settle(10_100), routing: market.routing)
        #expect(
            settled.map(\.trace) == ["settled CONFIRMED 1000 = 2000 USD at 10100 by 10000"]
        )
    }
}
