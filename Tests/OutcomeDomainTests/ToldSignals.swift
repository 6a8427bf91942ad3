// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import OutcomeDomain

/// Carries out on an outcome's signals what is told of them, by its words' meaning and not by the
/// search's own code, and decides the outcome again by the real rules.
struct ToldSignals {
    let terms: OutcomeTerms
    let applied: [Signal]
    let end: Timestamp

    /// The applied signals of an outcome.
    init(_ live: LiveOutcome, _ applied: [Signal]) {
        terms = live.terms
        end = live.settlesAt
        self.applied = applied
    }

    /// How the outcome ends with these signals and no others.
    func ending(_ signals: [Signal]) -> Ending? {
        var outcome = Outcome()
        for signal in signals {
            _ = outcome.execute(.submit(signal)) { _ in .terms(terms) }
        }
        _ = outcome.execute(.settle(through: .latest)) { _ in .terms(terms) }
        guard case .settled(let settled) = outcome.phase else { return nil }
        return settled.ending
    }

    /// The signals with changes; what is added comes last, so that it is added to what is left.
    func with(_ changes: [FactChange]) -> [Signal] {
        var signals = applied
        for change in changes.filter({ !$0.isAddition }) + changes.filter(\.isAddition) {
            carryOut(change, on: &signals)
        }
        return signals
    }

    private func carryOut(_ change: FactChange, on signals: inout [Signal]) {
        switch change.kind {
        case .value(let range, let before):
            let index = signals.lastIndex { $0.action == change.action && $0.value != nil }
            guard let index else {
                Issue.record("no value to replace")
                return
            }
            #expect(signals[index].value == before)
            #expect(range.contains(range.example))
            signals[index] = copy(signals[index], value: range.example)
        case .absent(let count, let remaining):
            for _ in 0..<count {
                guard let index = signals.lastIndex(where: { $0.action == change.action }) else {
                    Issue.record("nothing to take away")
                    return
                }
                signals.remove(at: index)
            }
            #expect(signals.count { $0.action == change.action } == remaining)
        case .added(let count, let range):
            guard let last = applied.last else { return }
            let isLast = last.receivedAt < end
            for number in 1...count {
                let added = Signal(
                    eventID: event(99),
                    position: last.position,
                    receivedAt: last.receivedAt,
                    action: change.action,
                    customer: terms.customer,
                    value: number == count ? range?.example : nil,
                    settlesAt: isLast ? end : nil
                )
                signals.insert(added, at: isLast ? signals.count : max(0, signals.count - 1))
            }
        }
    }

    private func copy(_ signal: Signal, value: SignalValue) -> Signal {
        Signal(
            eventID: signal.eventID,
            position: signal.position,
            receivedAt: signal.receivedAt,
            action: signal.action,
            customer: signal.customer,
            agent: signal.agent,
            value: value,
            attribution: signal.attribution,
            settlesAt: signal.settlesAt
        )
    }
}

extension FactChange {
    fileprivate var isAddition: Bool {
        if case .added = kind { return true }
        return false
    }
}
