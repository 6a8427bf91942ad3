// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// One table per rejection, in the order of `DeadLetterCode` (SPEC 4, Dead letters).
@Suite("Dead letters")
struct DeadLetterTests {
    static let unroutable: [DeadLetterCode] = [
        .agentNotFound, .agentAmbiguous, .customerNotFound, .rateCardNotFound,
        .rateCardEntryNotFound,
    ]

    private func spec() throws -> OutcomeSpec { try OutcomeSpec(contract()) }

    @Test("the codes stand in the order of precedence")
    func order() {
        #expect(
            DeadLetterCode.allCases
                == Self.unroutable + [.outcomeIdentityMismatch, .outcomeNotOpen]
        )
        #expect(
            DeadLetterCode.allCases.map(\.rawValue) == [
                "AGENT_NOT_FOUND", "AGENT_AMBIGUOUS", "CUSTOMER_NOT_FOUND",
                "RATE_CARD_NOT_FOUND", "RATE_CARD_ENTRY_NOT_FOUND",
                "OUTCOME_IDENTITY_MISMATCH", "OUTCOME_NOT_OPEN",
            ]
        )
        #expect(DeadLetterCode.allCases.filter(\.isUnroutable) == Self.unroutable)
    }

    @Test("a signal that cannot open its outcome is parked", arguments: unroutable)
    func parks(code: DeadLetterCode) throws {
        try spec()
            .given { $0.closed = code }
            .when(.signal(1, at: 5))
            .then("parked e1 \(code.rawValue) at 5 by 1")
            .thenState(nil)
            .thenOutstanding(parked: [1])
    }

    @Test("the catalog is not asked once there is an outcome", arguments: unroutable)
    func judgedOnlyWithoutOutcome(code: DeadLetterCode) throws {
        try spec()
            .given(.signal(1))
            .given { $0.closed = code }
            .when(.signal(2, at: 5))
            .then("applied e2 #2 CONFIRMED until 105 at 5 by 2")
        try spec()
            .given(.signal(1), .settle(100))
            .given { $0.closed = code }
            .when(.signal(2, at: 500))
            .then("refused e2 OUTCOME_NOT_OPEN at 500 by 2")
    }

    struct Stranger: Sendable, CustomTestStringConvertible {
        let customer: Text
        let agent: Text?
        var testDescription: String { "\(customer) with \(agent ?? "no agent")" }

        static let all = [
            Stranger(customer: "globex", agent: nil),
            Stranger(customer: "globex", agent: "support"),
            Stranger(customer: "acme", agent: "sales"),
            Stranger(customer: "globex", agent: "sales"),
            Stranger(customer: "Acme", agent: nil),
            Stranger(customer: "acme ", agent: nil),
        ]
    }

    @Test("another customer or agent is OUTCOME_IDENTITY_MISMATCH", arguments: Stranger.all)
    func identity(stranger: Stranger) throws {
        try spec()
            .given(.signal(1))
            .when(.signal(2, at: 5, customer: stranger.customer, agent: stranger.agent))
            .then("refused e2 OUTCOME_IDENTITY_MISMATCH at 5 by 2")
            .thenState(.pending)
            .thenOutstanding(refused: [2])
    }

    @Test("identity is checked before state", arguments: Stranger.all)
    func identityBeforeState(stranger: Stranger) throws {
        try spec()
            .given(.signal(1))
            .when(.signal(2, at: 500, customer: stranger.customer, agent: stranger.agent))
            .then(
                "settled CONFIRMED 1 = 2 USD at 100 by 1",
                "refused e2 OUTCOME_IDENTITY_MISMATCH at 500 by 2"
            )
    }

    @Test("no agent named claims nothing, and the outcome's own agent agrees")
    func agreeing() throws {
        let given = try spec().given(.signal(1, agent: "support"))
        given.when(.signal(2, at: 5)).then("applied e2 #2 CONFIRMED until 105 at 5 by 2")
        given.when(.signal(2, at: 5, agent: "support"))
            .then("applied e2 #2 CONFIRMED until 105 at 5 by 2")
    }

    @Test("keys are compared by their bytes: é in its two spellings is two customers")
    func bytes() throws {
        try spec()
            .given { $0.customers = [customer("caf\u{E9}")] }
            .given(.signal(1, customer: "caf\u{E9}"))
            .when(.signal(2, at: 5, customer: "cafe\u{301}"))
            .then("refused e2 OUTCOME_IDENTITY_MISMATCH at 5 by 2")
    }

    @Test(
        "a signal for a final outcome is OUTCOME_NOT_OPEN, whichever the state",
        arguments: [("asked", OutcomeState.missed), ("resolved", .confirmed)]
    )
    func notOpen(first: String, state: OutcomeState) throws {
        try spec()
            .given(.signal(1, Text(first)), .settle(100))
            .thenState(state)
            .when(.signal(2, at: 100, agent: "support"))
            .then("refused e2 OUTCOME_NOT_OPEN at 100 by 2")
            .thenState(state)
            .thenOutstanding(refused: [2])
    }

    @Test("a signal for a FAILED outcome is OUTCOME_NOT_OPEN")
    func notOpenFailed() throws {
        let once = #"{"fact":"resolved","operator":"count_eq","value":1}"#
        try OutcomeSpec(contract(once))
            .given(.signal(1), .signal(2, at: 1), .settle(101))
            .thenState(.failed)
            .when(.signal(3, at: 101))
            .then("refused e3 OUTCOME_NOT_OPEN at 101 by 3")
    }

    @Test("a refused signal changes neither condition nor quantity")
    func refusedCountsNothing() throws {
        let given = try spec().given(.signal(1, "asked"))
        let after = given.given(.signal(2, at: 1, customer: "globex", attribution: 50))
        #expect(try after.live() == given.live())
    }
}
