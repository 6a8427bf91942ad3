// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Applies changes to an outcome's signals and decides it again.
struct ChangedOutcome {
    let live: LiveOutcome
    let applied: AppliedSignals

    /// Whether a signal can come after the last and before the end of the window.
    var hasRoom: Bool {
        applied.signals.last.map { $0.receivedAt < live.settlesAt } ?? false
    }

    /// How many signals have to be decided again for changes.
    func work(for changes: [FactChange]) -> Int {
        let kept = applied.state(before: firstPlace(of: changes)).count
        return applied.signals.count - kept + changes.reduce(0) { $0 + $1.cost }
    }

    /// How the outcome ends with the changes, when no other signal comes; nil when none opens it.
    ///
    /// What comes before the first change is as it was; all that follows is decided again.
    func ending(with changes: [FactChange]) -> Ending? {
        let terms = live.terms
        var (outcome, count) = applied.state(before: firstPlace(of: changes))
        for signal in changed(Array(applied.signals[count...]), by: changes) {
            _ = outcome.execute(.submit(signal)) { _ in .terms(terms) }
        }
        _ = outcome.execute(.settle(through: .latest)) { _ in .terms(terms) }
        guard case .settled(let settled) = outcome.phase else { return nil }
        return settled.ending
    }

    /// Where the first signal stands that a change touches.
    private func firstPlace(of changes: [FactChange]) -> Int {
        var first = hasRoom ? applied.signals.endIndex : max(0, applied.signals.endIndex - 1)
        for change in changes {
            guard let fact = live.terms.contract.factIndex(of: change.action) else { return 0 }
            let places = applied.places[fact]
            switch change.kind {
            case .value:
                let place = places.last { applied.signals[$0].value != nil }
                first = min(first, place ?? 0)
            case .absent(let count, _):
                first = min(first, places.suffix(count).first ?? 0)
            case .added:
                break
            }
        }
        return first
    }

    /// The last of the signals with the changes, in order.
    private func changed(_ signals: [Signal], by changes: [FactChange]) -> [Signal] {
        var signals = signals
        for change in changes {
            switch change.kind {
            case .value(let range, _): replaceValue(of: change.action, range, in: &signals)
            case .absent(let count, _): removeLast(count, of: change.action, from: &signals)
            case .added: break
            }
        }
        for change in changes {
            guard case .added(let count, let range) = change.kind else { continue }
            add(count, of: change.action, range, to: &signals)
        }
        return signals
    }

    private func replaceValue(of action: Action, _ range: ValueRange, in signals: inout [Signal]) {
        let index = signals.lastIndex { $0.action == action && $0.value != nil }
        guard let index else { return }
        signals[index] = signals[index].with(value: range.example)
    }

    private func removeLast(_ count: Int, of action: Action, from signals: inout [Signal]) {
        var left = count
        var kept: [Signal] = []
        kept.reserveCapacity(signals.count)
        for signal in signals.reversed() {
            if left > 0, signal.action == action { left -= 1 } else { kept.append(signal) }
        }
        signals = kept.reversed()
    }

    private func add(
        _ count: Int,
        of action: Action,
        _ range: ValueRange?,
        to signals: inout [Signal]
    ) {
        guard let last = applied.signals.last else { return }
        // An added signal keeps the window's end. Where the window ended with the last signal there
        // is no instant after it, so what is added comes with it, before it.
        let isAfter = hasRoom
        let added = (1...count).map { number in
            Signal(
                eventID: last.eventID,
                position: last.position,
                receivedAt: last.receivedAt,
                action: action,
                customer: live.terms.customer,
                agent: live.terms.agent,
                value: number == count ? range?.example : nil,
                settlesAt: isAfter ? live.settlesAt : nil
            )
        }
        let place = isAfter ? signals.endIndex : max(0, signals.endIndex - 1)
        signals.insert(contentsOf: added, at: place)
    }
}

extension Signal {
    fileprivate func with(value: SignalValue) -> Signal {
        Signal(
            eventID: eventID,
            position: position,
            receivedAt: receivedAt,
            action: action,
            customer: customer,
            agent: agent,
            value: value,
            attribution: attribution,
            settlesAt: settlesAt,
            occurredAt: occurredAt,
            idempotencyKey: idempotencyKey
        )
    }
}
