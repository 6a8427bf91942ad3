// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Simulation
import Testing

@Suite("An outcome decided again by another contract (ADR 0039)")
struct SimulationTests {
    private static let both = """
        {"all":[{"fact":"resolved","operator":"seen"},{"fact":"reopened","operator":"not_seen"}]}
        """

    /// Decides signals by one contract, and what that leaves on the stream by another.
    private func compare(
        _ own: Contract,
        _ other: Contract,
        price: CandidatePrice? = nil,
        through second: Int,
        _ signals: [Signal]
    ) throws -> SimulatedComparison {
        let market = Market(own)
        var outcome = Outcome()
        var simulated = SimulatedOutcome(CandidateTerms(contract: other, price: price))
        for signal in signals {
            for fact in outcome.execute(.submit(signal), routing: market.routing) {
                simulated.follow(fact)
            }
        }
        return try #require(simulated.compared(through: instant(second)))
    }

    @Test("a signal that was late counts in a longer window")
    func lateCounts() throws {
        let signals = [signal(1, at: 0), signal(2, "reopened", at: 150)]
        let found = try compare(
            contract(Self.both, period: 100),
            contract(Self.both, period: 200),
            through: 1_000,
            signals
        )
        #expect(found.before.state == .confirmed)
        #expect(found.before.lateSignals == 1)
        #expect(found.after.state == .failed)
        #expect(found.after.lateSignals == 0)
        #expect(found.after.endsAt == instant(350))
        #expect(found.reasons == [.window])
        #expect(found.explanation == "2 signals count instead of 1.")
        #expect(found.turnedBy.path.pointer == "/all/1")
        #expect(found.turnedBy.event == event(2))
    }

    @Test("a signal that counted is late in a shorter window, and all that come after it")
    func countedIsLate() throws {
        let signals = [
            signal(1, "asked", at: 0), signal(2, at: 50), signal(3, "reopened", at: 60),
        ]
        let found = try compare(
            contract(Self.both, period: 100),
            contract(Self.both, period: 40),
            through: 1_000,
            signals
        )
        #expect(found.before.state == .failed)
        #expect(found.after.state == .missed)
        #expect(found.after.signals == 1)
        #expect(found.after.lateSignals == 2)
        #expect(found.turnedBy.path.pointer == "/all/0")
        #expect(found.turnedBy.event == nil)
    }

    @Test("a signal's own end of the window holds under any period")
    func overrideHolds() throws {
        let signals = [signal(1, at: 0, settlesAt: 30), signal(2, "reopened", at: 29)]
        let found = try compare(
            contract(Self.both, period: 100),
            contract(Self.both, period: 5),
            through: 1_000,
            signals
        )
        #expect(found.after.state == .failed)
        #expect(found.after.endsAt == instant(34))
    }

    @Test("what is open at the moment is open, with the money as things stand")
    func openAtTheMoment() throws {
        let found = try compare(
            contract(Self.both, period: 100),
            contract(Self.both, period: 500),
            price: CandidatePrice(perUnit: decimal("3"), currency: currency("EUR")),
            through: 120,
            [signal(1, at: 0, attribution: 4)]
        )
        #expect(found.before.state == .confirmed)
        #expect(found.after.state == .pending)
        #expect(found.after.scheduledResolution == .confirmed)
        #expect(found.after.charge?.amount == wide("12"))
        #expect(found.reasons == [.window, .price])
        #expect(found.explanation.hasPrefix("The window ends at 1970-01-01T00:08:20"))
    }

    @Test("what is due at the moment but not yet recorded settles on both sides")
    func settlesOnBothSides() throws {
        let own = try contract(period: 100)
        let found = try compare(own, own, through: 100, [signal(1, at: 0)])
        #expect(found.before.state == .confirmed)
        #expect(!found.isChanged)
        #expect(found.explanation.isEmpty)
    }

    @Test("another condition is told by the node it turns on")
    func conditionTurns() throws {
        let strict = """
            {"any":[{"fact":"gone","operator":"seen"},
            {"not":{"fact":"score","operator":"not_gte","value":4}}]}
            """
        let found = try compare(
            contract(Self.both),
            contract(strict),
            through: 1_000,
            [signal(1, at: 0), signal(2, "score", at: 1, value: .number(3))]
        )
        #expect(found.before.state == .confirmed)
        #expect(found.after.state == .missed)
        #expect(found.reasons == [.condition])
        #expect(found.turnedBy.path.pointer == "/any/1/not")
        #expect(found.turnedBy.event == event(2))
        #expect(found.explanation == "\"score\" not_gte 4 holds.")
    }

    @Test("the table adds up by state and by currency, money of open windows apart")
    func table() throws {
        let confirmed = try compare(
            contract(method: .sum),
            contract(method: .max),
            through: 1_000,
            [signal(1, at: 0, attribution: 2), signal(2, at: 1, attribution: 5)]
        )
        let pending = try compare(
            contract(),
            contract(period: 5_000),
            through: 1_000,
            [signal(1, at: 0)]
        )
        #expect(confirmed.reasons == [.attribution])
        var table = SimulationTable()
        table.count(confirmed)
        table.count(pending)
        table.count(confirmed)
        #expect(table.outcomes == 3)
        #expect(table.changed == 3)
        let stays = table.cells[SimulationTable.Move(from: .confirmed, to: .confirmed)]
        #expect(stays?.outcomes == 2)
        #expect(stays?.changed == 2)
        #expect(stays?.amounts["USD"]?.before == wide("28"))
        #expect(stays?.amounts["USD"]?.difference == wide("-8"))
        let moves = table.cells[SimulationTable.Move(from: .confirmed, to: .pending)]
        #expect(moves?.outcomes == 1)
        #expect(table.totals["USD"]?.confirmed.before == wide("30"))
        #expect(table.totals["USD"]?.confirmed.after == wide("20"))
        #expect(table.totals["USD"]?.pending.before == .zero)
        #expect(table.totals["USD"]?.pending.after == wide("2"))
    }

    @Test("signals of another customer stay out, however long the window")
    func strangersStayOut() throws {
        let own = try contract(Self.both, period: 100)
        let found = try compare(
            own,
            contract(Self.both, period: 900),
            through: 5_000,
            [signal(1, at: 0), signal(2, "reopened", at: 50, customer: "globex")]
        )
        #expect(found.after.state == .confirmed)
        #expect(found.after.signals == 1)
    }
}
