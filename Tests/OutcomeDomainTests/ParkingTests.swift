// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Signals that wait for one that opens their outcome (SPEC 4, Dead letters).
@Suite("Parking")
struct ParkingTests {
    private static let twoAgents: @Sendable (inout Market) throws -> Void = { market in
        market.agents[slug("sales")] = try contract()
        market.customers = [customer("acme"), customer("globex")]
    }

    /// Two agents and two customers; signals that name no agent are ambiguous.
    private func spec() throws -> OutcomeSpec {
        try OutcomeSpec(contract()).given(Self.twoAgents)
    }

    @Test("the opener brings the parked ones that agree, at their original times")
    func bringsThoseThatAgree() throws {
        try spec()
            .given(.signal(1, "asked", at: 0), .signal(2, "asked", at: 50))
            .when(.signal(3, at: 60, agent: "support"))
            .then(
                "opened support acme at 0 by 3",
                "applied e1 #1 OPEN until 100 at 0 by 3",
                "applied e2 #2 OPEN until 150 at 50 by 3",
                "applied e3 #3 CONFIRMED until 160 at 60 by 3"
            )
            .thenState(.pending)
            .thenOutstanding()
    }

    @Test("a parked signal agrees when it names the same agent or none")
    func agreement() throws {
        try spec()
            .given { $0.closed = .rateCardNotFound }
            .given(
                .signal(1, at: 1, agent: "sales"),
                .signal(2, at: 2, agent: "support"),
                .signal(3, at: 3),
                .signal(4, at: 4, customer: "globex", agent: "support"),
                .signal(5, at: 5, customer: "globex")
            )
            .given { $0.closed = nil }
            .when(.signal(6, at: 6, agent: "support"))
            .then(
                "opened support acme at 2 by 6",
                "applied e2 #1 CONFIRMED until 102 at 2 by 6",
                "applied e3 #2 CONFIRMED until 103 at 3 by 6",
                "applied e6 #3 CONFIRMED until 106 at 6 by 6"
            )
            .thenOutstanding(parked: [1, 4, 5])
    }

    @Test("an inferred agent counts as named: one that names another does not agree")
    func inferredAgent() throws {
        try OutcomeSpec(contract())
            .given(.signal(1, at: 1, agent: "sales"))
            .when(.signal(2, at: 2))
            .then("opened support acme at 2 by 2", "applied e2 #1 CONFIRMED until 102 at 2 by 2")
            .thenOutstanding(parked: [1])
    }

    @Test("those that disagree keep their code, block nobody, and cannot be brought later")
    func disagreeing() throws {
        let given = try OutcomeSpec(contract())
            .given(.signal(1, at: 1, agent: "sales"), .signal(2, at: 2))
            .given(Self.twoAgents)
        given.when(.redrive(1, at: 3, position: 3))
            .then("redriven e1 AGENT_NOT_FOUND at 3 by 3 for tok_1")
            .thenOutstanding(parked: [1])
        given.when(.discard(1, at: 3, position: 3))
            .then("discarded e1 (spam) at 3 by 3 for tok_1")
            .thenOutstanding()
        given.when(.signal(3, at: 4)).then("applied e3 #2 CONFIRMED until 104 at 4 by 3")
    }

    @Test("they are taken by their place in the log, not by the order of arrival here")
    func orderByPosition() throws {
        try spec()
            .given(
                .signal(1, at: 7, position: 12),
                .signal(2, at: 7, position: 10),
                .signal(3, at: 7, position: 11)
            )
            .when(.signal(4, at: 7, position: 13, agent: "support"))
            .then(
                "opened support acme at 7 by 13",
                "applied e2 #1 CONFIRMED until 107 at 7 by 13",
                "applied e3 #2 CONFIRMED until 107 at 7 by 13",
                "applied e1 #3 CONFIRMED until 107 at 7 by 13",
                "applied e4 #4 CONFIRMED until 107 at 7 by 13"
            )
    }

    @Test("the opener itself is late when the outcome it opens was over before it came")
    func openerIsLate() throws {
        try spec()
            .given(.signal(1, at: 0), .signal(2, at: 100), .signal(3, at: 120))
            .when(.signal(4, at: 900, agent: "support"))
            .then(
                "opened support acme at 0 by 4",
                "applied e1 #1 CONFIRMED until 100 at 0 by 4",
                "settled CONFIRMED 1 = 2 USD at 100 by 4",
                "refused e2 OUTCOME_NOT_OPEN at 100 by 4",
                "refused e3 OUTCOME_NOT_OPEN at 120 by 4",
                "refused e4 OUTCOME_NOT_OPEN at 900 by 4"
            )
            .thenState(.confirmed)
            .thenOutstanding(refused: [2, 3, 4])
    }

    @Test("a parked signal's own settles_at holds as it would have")
    func parkedOverride() throws {
        try spec()
            .given(.signal(1, at: 10, settlesAt: 5), .signal(2, at: 10))
            .when(.signal(3, at: 10, agent: "support"))
            .then(
                "opened support acme at 10 by 3",
                "applied e1 #1 CONFIRMED until 10 at 10 by 3",
                "settled CONFIRMED 1 = 2 USD at 10 by 3",
                "refused e2 OUTCOME_NOT_OPEN at 10 by 3",
                "refused e3 OUTCOME_NOT_OPEN at 10 by 3"
            )
    }

    @Test("price and contract are those of the record that brings them")
    func termsOfTheOpener() throws {
        let given = try spec()
            .given(.signal(1, at: 0))
            .given { market in
                market.price = 9
                market.version = 4
            }
            .given(.signal(2, at: 1, agent: "support"))
        #expect(try given.live().terms.price == 9)
        #expect(try given.live().terms.catalogVersion == 4)
        #expect(try given.live().openedAt == instant(0))
    }

    @Test("at most 10,000 signals are parked on a key; one more can only be discarded")
    func limit() throws {
        var market = Market(try contract())
        market.closed = .agentAmbiguous
        var outcome = Outcome()
        #expect(Outcome.parkedLimitSignals == 10_000)
        for number in 1...10_000 {
            let facts = outcome.execute(.signal(number, at: 1), routing: market.routing)
            #expect(facts.count == 1)
        }
        #expect(outcome.parked.count == 10_000)
        let surplus = outcome.execute(.signal(10_001, at: 2), routing: market.routing)
        #expect(surplus.map(\.trace) == ["refused e10001 AGENT_AMBIGUOUS at 2 by 10001"])

        let discarded = outcome.execute(
            .discard(1, at: 3, position: 10_002),
            routing: market.routing
        )
        #expect(discarded.count == 1)
        let again = outcome.execute(.signal(10_003, at: 3), routing: market.routing)
        #expect(again.map(\.trace) == ["parked e10003 AGENT_AMBIGUOUS at 3 by 10003"])

        market.closed = nil
        let kept = outcome.execute(
            .redrive(10_001, at: 4, position: 10_004),
            routing: market.routing
        )
        #expect(kept.map(\.trace) == ["redriven e10001 AGENT_AMBIGUOUS at 4 by 10004 for tok_1"])
        let brought = outcome.execute(.signal(10_005, at: 5), routing: market.routing)
        #expect(brought.count == 10_002)
        #expect(outcome.parked.isEmpty)
        #expect(outcome.refused == [event(10_001): .agentAmbiguous])
    }
}

@Suite("Redrive")
struct RedriveTests {
    private func parked() throws -> OutcomeSpec {
        try OutcomeSpec(contract())
            .given { $0.closed = .customerNotFound }
            .given(.signal(1, "asked", at: 0), .signal(2, at: 10))
    }

    @Test("a redrive that still cannot route keeps the signal parked, under the code it has now")
    func stillUnroutable() throws {
        let given = try parked()
            .given { $0.closed = .rateCardNotFound }
            .when(.redrive(1, at: 20, position: 3, reason: "rate card added"))
            .then("redriven e1 RATE_CARD_NOT_FOUND (rate card added) at 20 by 3 for tok_1")
            .thenOutstanding(parked: [1, 2])
        #expect(given.outcome.parked[event(1)]?.code == .rateCardNotFound)
        #expect(given.outcome.parked[event(2)]?.code == .customerNotFound)
    }

    @Test("a redrive that can route opens the outcome with all that agree", arguments: [1, 2])
    func opens(number: Int) throws {
        try parked()
            .given { $0.closed = nil }
            .when(.redrive(number, at: 20, position: 3))
            .then(
                "redriven e\(number) OK at 20 by 3 for tok_1",
                "opened support acme at 0 by 3 for tok_1",
                "applied e1 #1 OPEN until 100 at 0 by 3 for tok_1",
                "applied e2 #2 CONFIRMED until 110 at 10 by 3 for tok_1"
            )
            .thenState(.pending)
            .thenOutstanding()
    }

    @Test("a redrive after the window settles the outcome at its logical time")
    func opensLate() throws {
        try parked()
            .given { $0.closed = nil }
            .when(.redrive(1, at: 110, position: 3))
            .then(
                "redriven e1 OK at 110 by 3 for tok_1",
                "opened support acme at 0 by 3 for tok_1",
                "applied e1 #1 OPEN until 100 at 0 by 3 for tok_1",
                "applied e2 #2 CONFIRMED until 110 at 10 by 3 for tok_1",
                "settled CONFIRMED 1 = 2 USD at 110 by 3 for tok_1"
            )
            .thenState(.confirmed)
    }

    @Test("a redriven signal may turn out to be late")
    func redrivenIsLate() throws {
        try parked()
            .given(.signal(3, at: 400))
            .given { $0.closed = nil }
            .when(.redrive(3, at: 500, position: 4))
            .then(
                "redriven e3 OK at 500 by 4 for tok_1",
                "opened support acme at 0 by 4 for tok_1",
                "applied e1 #1 OPEN until 100 at 0 by 4 for tok_1",
                "applied e2 #2 CONFIRMED until 110 at 10 by 4 for tok_1",
                "settled CONFIRMED 1 = 2 USD at 110 by 4 for tok_1",
                "refused e3 OUTCOME_NOT_OPEN at 400 by 4 for tok_1"
            )
            .thenOutstanding(refused: [3])
    }

    @Test("the same redrive again, once the signal is applied, changes nothing")
    func appliedAlready() throws {
        try parked()
            .given { $0.closed = nil }
            .given(.redrive(1, at: 20, position: 3))
            .when(.redrive(1, at: 21, position: 4))
            .then()
    }

    @Test("a refused signal keeps its code when it is redriven")
    func refused() throws {
        let given = try OutcomeSpec(contract())
            .given(.signal(1), .signal(2, at: 1, customer: "globex"), .signal(3, at: 500))
        given.when(.redrive(2, at: 600, position: 4))
            .then("redriven e2 OUTCOME_IDENTITY_MISMATCH at 600 by 4 for tok_1")
            .thenOutstanding(refused: [2, 3])
        given.when(.redrive(3, at: 600, position: 4))
            .then("redriven e3 OUTCOME_NOT_OPEN at 600 by 4 for tok_1")
            .thenOutstanding(refused: [2, 3])
    }

    @Test("an event that is no dead letter cannot be redriven")
    func unknown() throws {
        try parked().when(.redrive(9, at: 20, position: 3)).then()
    }
}

@Suite("Discard")
struct DiscardTests {
    @Test("a parked signal that is discarded is not brought by the opener")
    func parked() throws {
        try OutcomeSpec(contract())
            .given { $0.closed = .agentNotFound }
            .given(.signal(1, at: 0), .signal(2, at: 1))
            .when(.discard(1, at: 2, position: 3, reason: "a test of ours"))
            .then("discarded e1 (a test of ours) at 2 by 3 for tok_1")
            .thenOutstanding(parked: [2])
            .given { $0.closed = nil }
            .when(.signal(4, at: 5))
            .then(
                "opened support acme at 1 by 4",
                "applied e2 #1 CONFIRMED until 101 at 1 by 4",
                "applied e4 #2 CONFIRMED until 105 at 5 by 4"
            )
    }

    @Test("a refused signal can be discarded, once")
    func refused() throws {
        let given = try OutcomeSpec(contract())
            .given(.signal(1), .signal(2, at: 1, customer: "globex"))
            .when(.discard(2, at: 2, position: 3))
            .then("discarded e2 (spam) at 2 by 3 for tok_1")
            .thenOutstanding()
        given.when(.discard(2, at: 3, position: 4)).then()
        given.when(.redrive(2, at: 3, position: 4)).then()
    }

    @Test("an applied signal cannot be discarded")
    func applied() throws {
        try OutcomeSpec(contract()).given(.signal(1))
            .when(.discard(1, at: 2, position: 3)).then()
            .thenState(.pending)
    }
}
