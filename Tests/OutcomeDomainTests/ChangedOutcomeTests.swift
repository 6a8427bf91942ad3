// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import OutcomeDomain

/// Of an outcome with many signals only the last ones are decided again for a change, from a state
/// that was kept on the way.
@Suite("A change of an outcome with more signals than lie between two kept states")
struct ChangedOutcomeTests {
    private static let stride = AppliedSignals.strideSignals
    /// On both sides of where states are kept, and some beyond.
    static let counts = [
        stride - 1, stride, stride + 1, 2 * stride - 1, 2 * stride, 2 * stride + 1, 3 * stride + 40,
    ]
    private static let actions: [Text] = ["replied", "reopened", "csat"]

    private struct Made {
        let told: ToldSignals
        let changed: ChangedOutcome
        let explanation: Explanation
    }

    /// An outcome of so many signals; where it has no room, its window ends with the last one.
    ///
    /// With an odd seed it is confirmed whatever comes, and its quantity tells each of its signals.
    private func made(_ count: Int, seed: UInt64, hasRoom: Bool) throws -> Made {
        var random = SeededGenerator(seed: seed)
        var records = RandomRecords(seed: seed)
        let always = try condition(#"{"fact":"csat","operator":"count_gte","value":0}"#)
        let asked = records.contract().condition
        let tellsAll = !seed.isMultiple(of: 2)
        let contract = Contract(
            settlementPeriodSeconds: 10_000,
            condition: tellsAll ? .any([asked, always]) : asked,
            attributionMethod: tellsAll ? .sum : random.pick(AttributionMethod.allCases)
        )
        let market = Market(contract)
        var outcome = Outcome()
        var trail = OutcomeTrail()
        var applied: [Signal] = []
        var clock = 0
        for number in 1...count {
            clock += Int.random(in: 0...2, using: &random)
            let made = OutcomeDomainTests.signal(
                number,
                // Rare enough that its last signals lie before the last kept state.
                random.chance(1) ? "csat" : random.pick(Self.actions.dropLast()),
                at: clock,
                value: random.chance(30) ? .number(Decimal(random.pick([0, 1, 2]))) : nil,
                attribution: tellsAll || random.chance(30) ? Decimal(number) : nil,
                settlesAt: number == count && !hasRoom ? clock : nil
            )
            for fact in outcome.execute(.submit(made), routing: market.routing) {
                trail.follow(fact, version: trail.version + 1)
                if case .signalApplied(let event) = fact.event { applied.append(event.signal) }
            }
        }
        let live = try #require(trail.live)
        #expect(applied.count == count)
        return Made(
            told: ToldSignals(live, applied),
            changed: ChangedOutcome(live: live, applied: trail.applied),
            explanation: Explanation(trail)
        )
    }

    /// Every kind of change of each of the contract's facts, and two at a time.
    private func changes(_ made: Made) -> [[FactChange]] {
        let facts = made.told.terms.contract.facts
        var single: [FactChange] = []
        for fact in facts {
            let signals = made.told.applied.filter { $0.action == fact }
            func change(_ kind: FactChange.Kind) {
                single.append(FactChange(action: fact, kind: kind, count: signals.count))
            }
            let value = ValueRange.exactly(.number(7))
            change(.added(1, nil))
            change(.added(2, value))
            if let before = signals.last(where: { $0.value != nil })?.value {
                change(.value(value, insteadOf: before))
            }
            for gone in Set([1, 3, signals.count]) where gone > 0 && gone <= signals.count {
                change(.absent(gone, remaining: signals.count - gone))
            }
        }
        let pairs = zip(single, single.reversed()).filter { $0.action < $1.action }
        return single.map { [$0] } + pairs.map { [$0, $1] }
    }

    @Test("it ends as if all of its signals were decided again", arguments: counts, [true, false])
    func ending(count: Int, hasRoom: Bool) throws {
        for seed in UInt64(0)..<3 {
            let made = try made(count, seed: seed, hasRoom: hasRoom)
            for changes in changes(made) {
                #expect(
                    made.changed.ending(with: changes)
                        == made.told.ending(made.told.with(changes)),
                    "seed \(seed): \(changes)"
                )
            }
        }
    }

    @Test("what is told turns the result when it is carried out", arguments: counts)
    func turns(count: Int) throws {
        for seed in UInt64(0)..<12 {
            let made = try made(count, seed: seed, hasRoom: true)
            guard case .success(let found) = made.explanation.counterfactual else { continue }
            let before = made.told.ending(made.told.applied)?.state
            let after = made.told.ending(made.told.with(found.changes))?.state
            #expect(after == found.state)
            #expect((after == .confirmed) != (before == .confirmed), "\(found.text)")
        }
    }

    @Test("only what comes after the last kept state before a change is decided again")
    func work() throws {
        let count = 3 * Self.stride + 40
        var looked = 0
        for seed in UInt64(0)..<4 {
            let made = try made(count, seed: seed, hasRoom: true)
            for fact in made.told.terms.contract.facts {
                let added = FactChange(action: fact, kind: .added(1, nil), count: 0)
                #expect(made.changed.work(for: [added]) == 41)
                looked += 1
            }
        }
        #expect(looked > 0)
    }
}
