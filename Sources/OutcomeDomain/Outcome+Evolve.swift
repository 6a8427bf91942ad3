// SPDX-License-Identifier: Apache-2.0

import ExactValues

extension Outcome {
    /// Takes one fact of the stream into the state.
    ///
    /// Total: there are no rules in here.
    public mutating func evolve(_ fact: OutcomeFact) {
        switch fact.event {
        case .opened(let opened):
            phase = .live(
                LiveOutcome(terms: opened.terms, openedAt: fact.time, cause: fact.cause)
            )
        case .signalApplied(let applied):
            removeDeadLetter(applied.signal.eventID)
            evolve(applied, cause: fact.cause)
        case .signalDeadLettered(let letter):
            removeDeadLetter(letter.signal.eventID)
            if letter.parked {
                parked[letter.signal.eventID] = ParkedSignal(
                    signal: letter.signal,
                    code: letter.code
                )
            } else {
                refused[letter.signal.eventID] = letter.code
            }
        case .signalRedriven(let redriven):
            evolve(redriven)
        case .signalDiscarded(let discarded):
            removeDeadLetter(discarded.eventID)
        case .settled(let settled):
            evolve(settled, at: fact.time)
        }
    }

    private mutating func evolve(_ applied: SignalApplied, cause: Cause) {
        guard case .live(var live) = phase else { return }
        phase = .unopened  // releases the only other reference, so that nothing below copies
        live.settlesAt = applied.settlesAt
        live.timerCause = cause
        live.scheduledResolution = applied.scheduledResolution
        live.signalCount = applied.number
        live.terms.contract.count(applied.signal, number: applied.number, in: &live.tallies)
        if let attribution = applied.signal.attribution {
            live.attribution.count(attribution)
        }
        phase = .live(live)
    }

    private mutating func evolve(_ redriven: SignalRedriven) {
        guard let code = redriven.code else { return }
        parked[redriven.eventID]?.code = code
    }

    private mutating func evolve(_ settled: OutcomeSettled, at time: Timestamp) {
        guard case .live(let live) = phase else { return }
        phase = .settled(
            SettledOutcome(
                agent: live.terms.agent,
                customer: live.terms.customer,
                ending: settled.ending,
                settledAt: time
            )
        )
    }

    private mutating func removeDeadLetter(_ eventID: EventID) {
        if !refused.isEmpty { refused[eventID] = nil }
        if !parked.isEmpty { parked[eventID] = nil }
    }
}
