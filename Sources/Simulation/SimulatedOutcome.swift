// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// One outcome's facts followed as they are, and its signals decided again under other terms.
///
/// What is decided again is every signal that could count: those that were applied, and those that
/// came when the outcome was final. With another window the latter may count and the former may be
/// late. Identity does not hang on the contract, so a signal of another customer or agent stays out.
/// It takes the memory of two states, however many signals there are.
public struct SimulatedOutcome: Sendable {
    private let candidate: CandidateTerms
    private var actual = Outcome()
    private var simulated = Outcome()
    private var terms: (actual: OutcomeTerms, simulated: OutcomeTerms)?
    private var openedAt = Timestamp.earliest
    private var actualCounts = (applied: 0, late: 0)
    private var simulatedCounts = (applied: 0, late: 0)
    private var trail: DecidingTrail

    /// Before the first fact of an outcome that is to be decided by these terms.
    public init(_ candidate: CandidateTerms) {
        self.candidate = candidate
        trail = DecidingTrail(candidate.contract)
    }

    /// Takes the next fact of the stream.
    public mutating func follow(_ fact: OutcomeFact) {
        actual.evolve(fact)
        switch fact.event {
        case .opened(let opened):
            terms = (opened.terms, candidate.replacing(opened.terms))
            openedAt = fact.time
        case .signalApplied(let applied):
            actualCounts.applied = applied.number
            submit(applied.signal)
        case .signalDeadLettered(let letter):
            guard letter.code == .outcomeNotOpen else { return }
            actualCounts.late += 1
            submit(letter.signal)
        case .signalRedriven, .signalDiscarded, .settled:
            break
        }
    }

    private mutating func submit(_ signal: Signal) {
        guard let terms = terms?.simulated else { return }
        for fact in simulated.execute(.submit(signal), routing: { _ in .terms(terms) }) {
            switch fact.event {
            case .signalApplied(let applied):
                simulatedCounts.applied = applied.number
                trail.follow(applied)
            case .signalDeadLettered:
                simulatedCounts.late += 1
            case .opened, .signalRedriven, .signalDiscarded, .settled:
                break
            }
        }
    }

    /// Both standings once all that is due by an instant has settled; nil when nothing has opened
    /// the outcome.
    ///
    /// What is due by then but not yet recorded settles on both sides alike: it is no change.
    public func compared(through instant: Timestamp) -> SimulatedComparison? {
        guard let terms else { return nil }
        var actual = actual
        var simulated = simulated
        _ = actual.execute(.settle(through: instant)) { _ in .terms(terms.actual) }
        _ = simulated.execute(.settle(through: instant)) { _ in .terms(terms.simulated) }
        let before = OutcomeStanding(
            actual,
            signals: actualCounts.applied,
            lateSignals: actualCounts.late
        )
        let after = OutcomeStanding(
            simulated,
            signals: simulatedCounts.applied,
            lateSignals: simulatedCounts.late
        )
        guard let before, let after else { return nil }
        return SimulatedComparison(
            customer: terms.actual.customer,
            openedAt: openedAt,
            before: before,
            after: after,
            sameAttribution: terms.actual.contract.attributionMethod
                == terms.simulated.contract.attributionMethod,
            sameCondition: terms.actual.contract.condition == terms.simulated.contract.condition,
            turnedBy: trail.deciding
        )
    }
}
