// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import OutcomeDomain

/// Whatever is told of what would have turned a result is carried out on the signals, and the
/// outcome decided again by the real rules.
@Suite("What would have turned a result")
struct CounterfactualPropertyTests {
    static let seeds = [UInt64](0..<60)

    private struct Case {
        let explanation: Explanation
        let terms: OutcomeTerms
        let applied: [Signal]
        let end: Timestamp
    }

    /// Every version of the streams that random records make.
    private func cases(seed: UInt64) -> [Case] {
        var cases: [Case] = []
        for run in 0..<12 {
            var random = RandomRecords(seed: seed &* 1_000 &+ UInt64(run))
            var outcome = Outcome()
            var trail = OutcomeTrail()
            var applied: [Signal] = []
            for record in random.records(12) {
                for fact in outcome.execute(record.command, routing: record.market.routing) {
                    trail.follow(fact, version: trail.version + 1)
                    if case .signalApplied(let event) = fact.event { applied.append(event.signal) }
                    guard let live = trail.live, !applied.isEmpty else { continue }
                    cases.append(
                        Case(
                            explanation: Explanation(trail),
                            terms: live.terms,
                            applied: applied,
                            end: live.settlesAt
                        )
                    )
                }
            }
        }
        return cases
    }

    /// How the outcome ends with these signals and no others.
    private func ending(_ signals: [Signal], _ terms: OutcomeTerms) -> OutcomeState? {
        var outcome = Outcome()
        for signal in signals {
            _ = outcome.execute(.submit(signal)) { _ in .terms(terms) }
        }
        _ = outcome.execute(.settle(through: .latest)) { _ in .terms(terms) }
        return outcome.state
    }

    private func staysOpen(_ signals: [Signal], _ terms: OutcomeTerms) -> Bool {
        var outcome = Outcome()
        for signal in signals {
            _ = outcome.execute(.submit(signal)) { _ in .terms(terms) }
        }
        return outcome.refused.isEmpty
    }

    /// The signals with a change, told by its words' meaning and not by the search's own code.
    private func carryOut(_ change: FactChange, on signals: inout [Signal], _ case: Case) {
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
            guard let last = `case`.applied.last else { return }
            let isLast = last.receivedAt < `case`.end
            for number in 1...count {
                let added = Signal(
                    eventID: event(99),
                    position: last.position,
                    receivedAt: last.receivedAt,
                    action: change.action,
                    customer: `case`.terms.customer,
                    value: number == count ? range?.example : nil,
                    settlesAt: isLast ? `case`.end : nil
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

    @Test("it turns the result when it is carried out", arguments: seeds)
    func turns(seed: UInt64) {
        for `case` in cases(seed: seed) {
            let before = ending(`case`.applied, `case`.terms)
            guard case .success(let found) = `case`.explanation.counterfactual else { continue }
            var signals = `case`.applied
            // What is added comes last, so that it is added to what is left.
            for change in found.changes.filter({ !$0.isAddition })
                + found.changes.filter(\.isAddition)
            {
                carryOut(change, on: &signals, `case`)
            }
            let after = ending(signals, `case`.terms)
            #expect(after == found.state)
            #expect((after == .confirmed) != (before == .confirmed), "\(found.text)")
        }
    }

    @Test("nothing smaller turns it: no single signal more, and none less", arguments: seeds)
    func smallest(seed: UInt64) {
        for `case` in cases(seed: seed) {
            let before = ending(`case`.applied, `case`.terms)
            if case .success(let found) = `case`.explanation.counterfactual {
                guard found.changes.reduce(0, { $0 + $1.cost }) > 1 else { continue }
            }
            for action in `case`.terms.contract.facts {
                let count = `case`.applied.count { $0.action == action }
                var more = `case`.applied
                carryOut(
                    FactChange(action: action, kind: .added(1, nil), count: count),
                    on: &more,
                    `case`
                )
                let after = ending(more, `case`.terms)
                #expect((after == .confirmed) == (before == .confirmed), "one more \(action)")
                guard let index = `case`.applied.lastIndex(where: { $0.action == action }) else {
                    continue
                }
                var fewer = `case`.applied
                fewer.remove(at: index)
                // A window that ends before the next signal is another matter than the condition.
                guard staysOpen(fewer, `case`.terms), let left = ending(fewer, `case`.terms) else {
                    continue
                }
                #expect((left == .confirmed) == (before == .confirmed), "one \(action) fewer")
            }
        }
    }

    @Test("the tree says what the proof of the last decision says", arguments: seeds)
    func tree(seed: UInt64) {
        for `case` in cases(seed: seed) {
            var tallies = `case`.terms.contract.emptyTallies
            for (number, signal) in `case`.applied.enumerated() {
                `case`.terms.contract.count(signal, number: number + 1, in: &tallies)
            }
            let proof = `case`.terms.contract.evaluate(tallies)
            var truth: [Bool] = []
            var deciders: [EventID?] = []
            func walk(_ node: TruthNode) {
                truth.append(node.holds)
                deciders.append(node.decidedBy?.eventID)
                switch node.kind {
                case .all(let children), .any(let children): children.forEach(walk)
                case .not(let child): walk(child)
                case .leaf: break
                }
            }
            `case`.explanation.truth.map(walk)
            #expect(truth == proof.truth)
            #expect(
                deciders == proof.decidedBy.map { $0.map { `case`.applied[$0 - 1].eventID } }
            )
        }
    }
}

extension FactChange {
    fileprivate var isAddition: Bool {
        if case .added = kind { return true }
        return false
    }
}
