// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// The rules of time (SPEC 4, Time).
@Suite("Settlement")
struct SettlementTests {
    private func spec() throws -> OutcomeSpec { try OutcomeSpec(contract()) }

    @Test("a signal before the end counts, however late it is processed")
    func acceptedMeansCounted() throws {
        try spec()
            .given(.signal(1, "asked"))
            .when(.signal(2, "asked", at: 99))
            .then("applied e2 #2 OPEN until 199 at 99 by 2")
    }

    @Test("settlement wins a tie: a signal at exactly settles_at is late")
    func tie() throws {
        try spec()
            .given(.signal(1))
            .when(.signal(2, at: 100))
            .then(
                "settled CONFIRMED 1 = 2 USD at 100 by 1",
                "refused e2 OUTCOME_NOT_OPEN at 100 by 2"
            )
    }

    @Test("a microsecond before the end is in time")
    func microsecondBefore() throws {
        let just = Signal(
            eventID: event(2),
            position: IngestPosition(2),
            receivedAt: instant(100).adding(microseconds: -1),
            action: action("asked"),
            customer: customer("acme")
        )
        let after = try spec().given(.signal(1)).when(.submit(just))
        #expect(after.outcome.settlesAt == instant(200).adding(microseconds: -1))
    }

    @Test("a late signal first settles the outcome, at the logical time")
    func lateSignal() throws {
        try spec()
            .given(.signal(1))
            .when(.signal(2, at: 5_000))
            .then(
                "settled CONFIRMED 1 = 2 USD at 100 by 1",
                "refused e2 OUTCOME_NOT_OPEN at 5000 by 2"
            )
            .thenOutstanding(refused: [2])
    }

    @Test("the timer changes nothing before the end and settles at it")
    func timer() throws {
        let given = try spec().given(.signal(1, at: 7))
        given.when(.settle(106)).then()
        given.when(.settle(107)).then("settled CONFIRMED 1 = 2 USD at 107 by 1")
        given.when(.settle(900)).then("settled CONFIRMED 1 = 2 USD at 107 by 1")
    }

    @Test("it makes no difference whether the timer or the next signal settles")
    func timerOrSignal() throws {
        let given = try spec().given(.signal(1))
        let byTimer = given.given(.settle(150), .signal(2, at: 200))
        let bySignal = given.given(.signal(2, at: 200))
        #expect(byTimer.stream == bySignal.stream)
        #expect(byTimer.outcome == bySignal.outcome)
    }

    @Test("every applied signal moves the end")
    func movesTheEnd() throws {
        let given = try spec().given(.signal(1), .signal(2, "other", at: 60))
        given.when(.settle(159)).then()
        given.when(.settle(160)).then("settled CONFIRMED 1 = 2 USD at 160 by 2")
    }

    @Test("a refused signal does not move the end")
    func deadLetterMovesNothing() throws {
        try spec()
            .given(.signal(1), .signal(2, at: 60, customer: "globex"))
            .when(.settle(100))
            .then("settled CONFIRMED 1 = 2 USD at 100 by 1")
    }

    @Test("a signal's own settles_at holds for that signal only")
    func overrides() throws {
        let given = try spec().given(.signal(1, settlesAt: 1_000))
        #expect(given.outcome.settlesAt == instant(1_000))
        given.when(.settle(999)).then()
        given.when(.signal(2, at: 500)).then("applied e2 #2 CONFIRMED until 600 at 500 by 2")
    }

    @Test("an override may bring the end nearer")
    func overrideNearer() throws {
        try spec()
            .given(.signal(1), .signal(2, "asked", at: 10, settlesAt: 11))
            .when(.signal(3, at: 11))
            .then(
                "settled CONFIRMED 1 = 2 USD at 11 by 2",
                "refused e3 OUTCOME_NOT_OPEN at 11 by 3"
            )
    }

    @Test("a settles_at in the past is due at once, in the same decision")
    func overrideInThePast() throws {
        try spec()
            .when(.signal(1, at: 50, settlesAt: 10))
            .then(
                "opened support acme at 50 by 1",
                "applied e1 #1 CONFIRMED until 50 at 50 by 1",
                "settled CONFIRMED 1 = 2 USD at 50 by 1"
            )
            .thenState(.confirmed)
        try spec()
            .given(.signal(1))
            .when(.signal(2, at: 20, settlesAt: 20))
            .then(
                "applied e2 #2 CONFIRMED until 20 at 20 by 2",
                "settled CONFIRMED 1 = 2 USD at 20 by 2"
            )
    }

    @Test("another signal of the same instant comes too late for an outcome due at once")
    func sameInstant() throws {
        try spec()
            .given(.signal(1, at: 50, settlesAt: 10))
            .when(.signal(2, at: 50))
            .then("refused e2 OUTCOME_NOT_OPEN at 50 by 2")
    }

    @Test("records of one instant are taken in their order")
    func oneInstant() throws {
        try spec()
            .given(.signal(1, "asked"), .signal(2, "asked"))
            .when(.signal(3))
            .then("applied e3 #3 CONFIRMED until 100 at 0 by 3")
    }

    @Test(
        "a redrive and a discard settle what is due by their time, even when nothing else happens"
    )
    func recordsSettle() throws {
        let given = try spec().given(.signal(1))
        given.when(.redrive(9, at: 99, position: 2)).then()
        given.when(.redrive(9, at: 100, position: 2))
            .then("settled CONFIRMED 1 = 2 USD at 100 by 1")
        given.when(.discard(9, at: 99, position: 2)).then()
        given.when(.discard(9, at: 100, position: 2))
            .then("settled CONFIRMED 1 = 2 USD at 100 by 1")
    }

    @Test("the longest window ends after 180 days")
    func longestWindow() throws {
        let given = try OutcomeSpec(contract(period: 15_552_000)).given(.signal(1))
        given.when(.settle(15_551_999)).then()
        given.when(.settle(15_552_000)).then("settled CONFIRMED 1 = 2 USD at 15552000 by 1")
    }
}

/// A window cannot end after the year 9999; nothing overflows.
@Suite("The end of time")
struct EndOfTimeTests {
    private static let lastSecond = 253_402_300_799

    @Test("a window that would end after 9999 ends with it")
    func clamps() throws {
        let given = try OutcomeSpec(contract()).given(.signal(1, at: Self.lastSecond - 5))
        #expect(given.outcome.settlesAt == .latest)
        given.when(.settle(through: .latest)).then("settled CONFIRMED 1 = 2 USD at the end by 1")
    }

    @Test("the first signal counts even at the last instant, and is due at once")
    func lastInstant() throws {
        let last = Signal(
            eventID: event(1),
            position: IngestPosition(1),
            receivedAt: .latest,
            action: action("resolved"),
            customer: customer("acme")
        )
        try OutcomeSpec(contract())
            .when(.submit(last))
            .then(
                "opened support acme at the end by 1",
                "applied e1 #1 CONFIRMED until the end at the end by 1",
                "settled CONFIRMED 1 = 2 USD at the end by 1"
            )
    }
}
