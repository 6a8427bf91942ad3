// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A fact in words.
struct FactWords {
    let kind: String
    let title: String
    var action: String?
    var detail: String?
    var proof: Proof?

    init(_ event: OutcomeEvent) {
        switch event {
        case .opened(let opened):
            let terms = opened.terms
            kind = "calm"
            title = "Opened"
            detail =
                "Contract version \(terms.contractVersion) of \(terms.agent.text), "
                + Money.text(WideDecimal(terms.price), terms.currency)
                + " a unit for \(terms.customer.text)"
        case .signalApplied(let applied):
            kind = applied.proof.holds ? "good" : ""
            title = "Signal \(applied.number)"
            action = applied.signal.action.text.string
            detail = Self.carried(by: applied.signal)
            proof = applied.proof
        case .signalDeadLettered(let letter):
            kind = "bad"
            title = letter.code == .outcomeNotOpen ? "Late signal" : "Dead letter"
            action = letter.signal.action.text.string
            detail = letter.code.rawValue + (letter.parked ? ", waits here" : "")
        case .signalRedriven(let redriven):
            kind = redriven.code == nil ? "good" : "wait"
            title = "Redriven"
            detail = Self.sentence(redriven.code?.rawValue, redriven.reason)
        case .signalDiscarded(let discarded):
            kind = "wait"
            title = "Discarded"
            detail = discarded.reason.string
        case .settled(let settled):
            kind = settled.ending.charge == nil ? "bad" : "good"
            title = "Settled: \(settled.ending.state.rawValue)"
            detail = settled.ending.charge.map {
                "\(Money.text($0.amount, $0.currency)) for a quantity of \($0.quantity)"
            }
            proof = settled.proof
        }
    }

    private static func carried(by signal: Signal) -> String? {
        var parts: [String] = []
        if let value = signal.value { parts.append("value \(value.text)") }
        if let attribution = signal.attribution { parts.append("attribution \(attribution)") }
        if let end = signal.settlesAt { parts.append("window until \(Instant(end).short) UTC") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func sentence(_ code: String?, _ reason: Text?) -> String? {
        let parts = [code.map { "still \($0)" }, reason?.string].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }
}
