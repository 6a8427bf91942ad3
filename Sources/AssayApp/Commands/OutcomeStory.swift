// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// Tells an outcome's facts to a person, and refolds the state on the way.
struct OutcomeStory {
    let key: OutcomeKey
    private var outcome = Outcome()

    init(key: OutcomeKey) { self.key = key }

    private static let margin = "       "

    /// The lines for one more fact.
    mutating func lines(for recorded: RecordedFact) -> [String] {
        outcome.evolve(recorded.fact)
        let place = "\(recorded.version)".leftPadded(to: 5)
        let cause = recorded.fact.cause
        var origin = "by record \(cause.position) (\(cause.eventID))"
        if let author = cause.author { origin += ", asked by \(author.string.printable)" }
        if let trace = recorded.trace { origin += ", trace \(trace.printable)" }
        return [
            "\(place)  \(recorded.fact.time)  \(Self.sentence(recorded.fact.event))",
            Self.margin + origin,
            Self.margin
                + "recorded \(recorded.recordedAt), partition \(recorded.partition) position "
                + "\(recorded.position), node \(recorded.node.printable) batch \(recorded.batch)",
            Self.margin + "hash \(recorded.hash.hex)",
        ]
    }

    /// What it comes to, and what happens next.
    func ending(_ chain: StreamChain) -> [String] {
        var lines = ["", "\(key.shown): \(outcome.state?.rawValue ?? "not opened")"]
        switch outcome.phase {
        case .unopened:
            let parked = outcome.parked.count
            lines.append(
                "  \(parked.counted("signal")) \(parked == 1 ? "waits" : "wait") for the outcome "
                    + "to be opened"
            )
        case .live(let live):
            let end = live.ending.state.rawValue
            lines.append(
                "  settles at \(live.settlesAt) as \(end) unless another signal comes first"
            )
            lines += Self.money(live.ending.charge)
        case .settled(let settled):
            lines.append("  settled at \(settled.settledAt); nothing changes it any more")
            lines += Self.money(settled.ending.charge)
        }
        let refused = outcome.refused.count
        if refused > 0 { lines.append("  \(refused.counted("dead letter")) outstanding") }
        lines.append(
            "  chain intact: \(chain.version.counted("version")) followed from the first to the last"
        )
        return lines
    }

    private static func money(_ charge: Charge?) -> [String] {
        guard let charge else { return [] }
        return ["  quantity \(charge.quantity), amount \(charge.amount) \(charge.currency)"]
    }

    private static func sentence(_ event: OutcomeEvent) -> String {
        switch event {
        case .opened(let opened):
            let terms = opened.terms
            return "opened for \(terms.customer.text.string.printable), agent \(terms.agent) "
                + "contract version \(terms.contractVersion), \(terms.price) \(terms.currency) each "
                + "by rate card \(terms.rateCard) version \(terms.rateCardVersion)"
        case .signalApplied(let applied):
            return "\(name(applied.signal)) applied -> \(resolution(applied)), settles at "
                + "\(applied.settlesAt)"
        case .signalDeadLettered(let letter):
            return "\(name(letter.signal)) dead-lettered: \(letter.code.rawValue)"
                + (letter.parked ? ", parked" : "")
        case .signalRedriven(let redriven):
            let reason = redriven.reason.map { " (\($0.string.printable))" } ?? ""
            return "\(redriven.eventID) redriven\(reason): "
                + (redriven.code.map { "still \($0.rawValue)" } ?? "routed")
        case .signalDiscarded(let discarded):
            return "\(discarded.eventID) discarded: \(discarded.reason.string.printable)"
        case .settled(let settled):
            let money = settled.ending.charge.map {
                ", \($0.quantity) for \($0.amount) \($0.currency)"
            }
            return "settled: \(settled.ending.state.rawValue)\(money ?? "")"
        }
    }

    private static func resolution(_ applied: SignalApplied) -> String {
        guard let resolution = applied.scheduledResolution else { return "OPEN" }
        return "PENDING, scheduled \(resolution.rawValue)"
    }

    private static func name(_ signal: Signal) -> String {
        var name = signal.action.text.string.printable
        if let value = signal.value { name += " (\(value.text.printable))" }
        if let attribution = signal.attribution { name += ", attribution \(attribution)," }
        return name
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
