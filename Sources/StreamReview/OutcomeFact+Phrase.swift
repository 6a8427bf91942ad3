// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

extension OutcomeFact {
    var isSettlement: Bool {
        if case .settled = event { true } else { false }
    }

    var terms: OutcomeTerms? {
        if case .opened(let opened) = event { opened.terms } else { nil }
    }

    /// Whether both tell of the same step, in whatever way it went.
    func isAbout(_ other: OutcomeFact) -> Bool {
        switch (event, other.event) {
        case (.settled, .settled):
            return true
        case (.opened, .opened):
            return cause.position == other.cause.position
        case (.signalApplied(let one), .signalApplied(let two)):
            return cause.position == other.cause.position
                && one.signal.eventID == two.signal.eventID
        case (.signalDeadLettered(let one), .signalDeadLettered(let two)):
            return cause.position == other.cause.position
                && one.signal.eventID == two.signal.eventID
        case (.signalRedriven(let one), .signalRedriven(let two)):
            return cause.position == other.cause.position && one.eventID == two.eventID
        case (.signalDiscarded(let one), .signalDiscarded(let two)):
            return cause.position == other.cause.position && one.eventID == two.eventID
        default:
            return false
        }
    }

    /// What happened, in few words: the verdict and the signal, nothing a client wrote.
    var phrase: String {
        switch event {
        case .opened(let opened):
            "opened by \(cause.eventID) for agent \(opened.terms.agent)"
        case .signalApplied(let applied):
            "\(applied.signal.eventID) applied, \(applied.verdict)"
        case .signalDeadLettered(let letter):
            "\(letter.signal.eventID) dead-lettered as \(letter.code.rawValue)"
        case .signalRedriven(let redriven):
            "\(redriven.eventID) redriven, \(redriven.code?.rawValue ?? "routed")"
        case .signalDiscarded(let discarded):
            "\(discarded.eventID) discarded"
        case .settled(let settled):
            "settled \(settled.ending.phrase) at \(time)"
        }
    }
}

extension SignalApplied {
    /// The state after it.
    var verdict: String {
        guard let scheduledResolution else { return OutcomeState.open.rawValue }
        return "\(OutcomeState.pending.rawValue) \(scheduledResolution.rawValue)"
    }
}

extension Ending {
    /// The state, with its charge.
    var phrase: String {
        guard let charge else { return state.rawValue }
        return "\(state.rawValue) \(charge.amount) \(charge.currency)"
    }
}
