// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// The states of SPEC 4 and every way from one to another.
@Suite("Transitions")
struct TransitionTests {
    /// Replied, and neither reopened nor rated low.
    private static let support = """
        {"all":[
            {"fact":"replied","operator":"seen"},
            {"not":{"any":[
                {"fact":"reopened","operator":"seen"},
                {"fact":"csat","operator":"lt","value":3}
            ]}}
        ]}
        """

    private func spec() throws -> OutcomeSpec { try OutcomeSpec(contract(Self.support)) }

    @Test("the first signal opens the outcome and counts")
    func opens() throws {
        try spec()
            .thenState(nil)
            .when(.signal(1, "asked", at: 5))
            .then("opened support acme at 5 by 1", "applied e1 #1 OPEN until 105 at 5 by 1")
            .thenState(.open)
    }

    @Test("the terms are copied onto the outcome")
    func copiesTerms() throws {
        let given = try spec().given(.signal(1, "asked", at: 5))
        guard case .opened(let opened) = given.stream.first?.event else {
            Issue.record("no outcome was opened")
            return
        }
        #expect(.terms(opened.terms) == given.market.routing(signal(1)))
        #expect(opened.terms.agentInferred)
        #expect(try given.live().terms == opened.terms)
        #expect(try given.live().openedAt == instant(5))
    }

    @Test("a signal that makes the condition true leads to PENDING at once")
    func opensPending() throws {
        try spec()
            .when(.signal(1, "replied"))
            .then("opened support acme at 0 by 1", "applied e1 #1 CONFIRMED until 100 at 0 by 1")
            .thenState(.pending)
    }

    @Test("OPEN stays OPEN while the condition has never been true")
    func staysOpen() throws {
        try spec()
            .given(.signal(1, "asked"))
            .when(.signal(2, "asked", at: 10))
            .then("applied e2 #2 OPEN until 110 at 10 by 2")
            .thenState(.open)
    }

    @Test("OPEN becomes PENDING when the condition becomes true")
    func becomesPending() throws {
        try spec()
            .given(.signal(1, "asked"))
            .when(.signal(2, "replied", at: 10))
            .then("applied e2 #2 CONFIRMED until 110 at 10 by 2")
            .thenState(.pending)
    }

    @Test("PENDING stays PENDING with FAILED scheduled when the condition becomes false")
    func schedulesFailure() throws {
        try spec()
            .given(.signal(1, "replied"))
            .when(.signal(2, "reopened", at: 10))
            .then("applied e2 #2 FAILED until 110 at 10 by 2")
            .thenState(.pending)
    }

    @Test("PENDING goes back to CONFIRMED scheduled when the condition holds again")
    func schedulesConfirmationAgain() throws {
        try spec()
            .given(.signal(1, "replied"), .signal(2, "csat", at: 1, value: .number(1)))
            .when(.signal(3, "csat", at: 2, value: .number(5)))
            .then("applied e3 #3 CONFIRMED until 102 at 2 by 3")
            .thenState(.pending)
    }

    @Test("OPEN is MISSED when the window ends")
    func misses() throws {
        try spec()
            .given(.signal(1, "asked"))
            .when(.settle(100))
            .then("settled MISSED at 100 by 1")
            .thenState(.missed)
    }

    @Test("PENDING is CONFIRMED when the window ends and the condition holds")
    func confirms() throws {
        try spec()
            .given(.signal(1, "replied"))
            .when(.settle(100))
            .then("settled CONFIRMED 1 = 2 USD at 100 by 1")
            .thenState(.confirmed)
    }

    @Test("PENDING is FAILED when the window ends and the condition does not hold")
    func fails() throws {
        try spec()
            .given(.signal(1, "replied"), .signal(2, "reopened", at: 1))
            .when(.settle(101))
            .then("settled FAILED at 101 by 2")
            .thenState(.failed)
    }

    @Test("a condition that is true of nothing is PENDING after the first signal, not before")
    func trueOfNothing() throws {
        try OutcomeSpec(contract(#"{"fact":"escalated","operator":"not_seen"}"#))
            .when(.signal(1, "asked"))
            .then("opened support acme at 0 by 1", "applied e1 #1 CONFIRMED until 100 at 0 by 1")
            .given(.signal(2, "escalated", at: 1))
            .when(.settle(101))
            .then("settled FAILED at 101 by 2")
    }

    @Test("the settlement keeps the proof of the last signal")
    func settlementProof() throws {
        let given = try spec().given(.signal(1, "replied"), .settle(100))
        guard case .settled(let settled) = given.stream.last?.event,
            case .signalApplied(let applied) = given.stream.dropLast().last?.event
        else {
            Issue.record("not applied and settled")
            return
        }
        #expect(settled.proof == applied.proof)
        #expect(settled.proof.holds)
    }

    @Test(
        "nothing leaves a final state",
        arguments: [
            ("asked", OutcomeState.missed), ("replied", .confirmed), ("reopened", .failed),
        ]
    )
    func finalStates(last: String, state: OutcomeState) throws {
        var given = try spec()
        if state == .failed { given = given.given(.signal(1, "replied")) }
        given =
            given
            .given(.signal(2, Text(last), at: 1), .settle(500))
            .thenState(state)
        given.when(.signal(3, "replied", at: 600)).thenState(state)
        given.when(.signal(3, "reopened", at: 600)).thenState(state)
        given.when(.settle(9_000)).then().thenState(state)
        given.when(.redrive(2, at: 600, position: 3)).then().thenState(state)
        given.when(.discard(2, at: 600, position: 3)).then().thenState(state)
        #expect(given.outcome.settlesAt == nil)
    }

    @Test("an unopened outcome has nothing to settle, to redrive or to discard")
    func unopened() throws {
        try spec().when(.settle(100)).then().thenState(nil)
        try spec().when(.redrive(1, at: 0, position: 1)).then().thenState(nil)
        try spec().when(.discard(1, at: 0, position: 1)).then().thenState(nil)
        #expect(Outcome().settlesAt == nil)
    }

    @Test("a signal that names the agent opens an outcome whose agent was not inferred")
    func namedAgent() throws {
        let given = try spec().given(.signal(1, agent: "support"))
        #expect(try !given.live().terms.agentInferred)
    }
}
