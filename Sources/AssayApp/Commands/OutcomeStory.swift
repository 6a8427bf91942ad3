// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain

/// Tells an outcome's facts to a person, a line each, and refolds the state on the way.
struct OutcomeStory {
    let key: OutcomeKey
    private var outcome = Outcome()

    init(key: OutcomeKey) { self.key = key }

    /// The lines for one more fact.
    mutating func lines(for recorded: RecordedFact) -> [String] {
        outcome.evolve(recorded.fact)
        let place = "\(recorded.version)".leftPadded(to: 5)
        let first = "\(place)  \(recorded.fact.time)  \(Self.sentence(recorded.fact.event))"
        let cause = recorded.fact.cause
        var details = "record \(cause.position) (\(cause.eventID))"
        if let author = cause.author { details += ", asked by \(author)" }
        details += ", partition \(recorded.partition) position \(recorded.position)"
        return [
            first,
            "       recorded \(recorded.recordedAt), \(details)",
            "       hash \(recorded.hash.hex)",
        ]
    }

    /// What it comes to.
    var ending: [String] {
        var lines = ["", "\(key): \(outcome.state?.rawValue ?? "not opened")"]
        switch outcome.phase {
        case .unopened:
            let parked = outcome.parked.count
            lines.append(
                "  \(parked.counted("signal")) \(parked == 1 ? "waits" : "wait") for the outcome to be "
                    + "opened"
            )
        case .live(let live):
            lines.append("  settles at \(live.settlesAt) unless another signal comes first")
        case .settled(let settled):
            lines.append("  settled at \(settled.settledAt)")
            if let charge = settled.ending.charge {
                lines.append(
                    "  quantity \(charge.quantity), amount \(charge.amount) \(charge.currency)"
                )
            }
        }
        let refused = outcome.refused.count
        if refused > 0 { lines.append("  \(refused.counted("dead letter")) outstanding") }
        return lines
    }

    private static func sentence(_ event: OutcomeEvent) -> String {
        switch event {
        case .opened(let opened):
            let terms = opened.terms
            return "opened for \(terms.customer), agent \(terms.agent) contract version "
                + "\(terms.contractVersion), \(terms.price) \(terms.currency) each"
        case .signalApplied(let applied):
            return "\(applied.signal.action) applied\(value(applied.signal)) -> "
                + "\(resolution(applied)), settles at \(applied.settlesAt)"
        case .signalDeadLettered(let letter):
            return "\(letter.signal.action) dead-lettered: \(letter.code.rawValue)"
                + (letter.parked ? ", parked" : "")
        case .signalRedriven(let redriven):
            return "\(redriven.eventID) redriven: \(redriven.code?.rawValue ?? "routed")"
        case .signalDiscarded(let discarded):
            return "\(discarded.eventID) discarded: \(discarded.reason)"
        case .settled(let settled):
            return "settled: \(settled.ending.state.rawValue)"
        }
    }

    private static func resolution(_ applied: SignalApplied) -> String {
        guard let resolution = applied.scheduledResolution else { return "OPEN" }
        return "PENDING, scheduled \(resolution.rawValue)"
    }

    private static func value(_ signal: Signal) -> String {
        switch signal.value {
        case nil: ""
        case .string(let text): " (\"\(text)\")"
        case .number(let number): " (\(number))"
        case .boolean(let boolean): " (\(boolean))"
        }
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
