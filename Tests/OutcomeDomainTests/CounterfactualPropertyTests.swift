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
        let told: ToldSignals

        var terms: OutcomeTerms { told.terms }
        var applied: [Signal] { told.applied }
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
                            told: ToldSignals(live, applied)
                        )
                    )
                }
            }
        }
        return cases
    }

    private func staysOpen(_ signals: [Signal], _ terms: OutcomeTerms) -> Bool {
        var outcome = Outcome()
        for signal in signals {
            _ = outcome.execute(.submit(signal)) { _ in .terms(terms) }
        }
        return outcome.refused.isEmpty
    }

    @Test("it turns the result when it is carried out", arguments: seeds)
    func turns(seed: UInt64) {
        for `case` in cases(seed: seed) {
            let before = `case`.told.ending(`case`.applied)?.state
            guard case .success(let found) = `case`.explanation.counterfactual else { continue }
            let after = `case`.told.ending(`case`.told.with(found.changes))?.state
            #expect(after == found.state)
            #expect((after == .confirmed) != (before == .confirmed), "\(found.text)")
        }
    }

    @Test("nothing smaller turns it: no single signal more, and none less", arguments: seeds)
    func smallest(seed: UInt64) {
        for `case` in cases(seed: seed) {
            let before = `case`.told.ending(`case`.applied)?.state
            if case .success(let found) = `case`.explanation.counterfactual {
                guard found.changes.reduce(0, { $0 + $1.cost }) > 1 else { continue }
            }
            for action in `case`.terms.contract.facts {
                let count = `case`.applied.count { $0.action == action }
                let one = FactChange(action: action, kind: .added(1, nil), count: count)
                let after = `case`.told.ending(`case`.told.with([one]))?.state
                #expect((after == .confirmed) == (before == .confirmed), "one more \(action)")
                guard let index = `case`.applied.lastIndex(where: { $0.action == action }) else {
                    continue
                }
                var fewer = `case`.applied
                fewer.remove(at: index)
                // A window that ends before the next signal is another matter than the condition.
                guard staysOpen(fewer, `case`.terms),
                    let left = `case`.told.ending(fewer)?.state
                else { continue }
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
