// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import OutcomeDomain

/// What is told of a range of values is true for each value in it, not only for its example.
@Suite("Ranges of values that would have turned a result")
struct ToldRangePropertyTests {
    private static let rating = action("rating")
    private static let texts: [Text] = ["", "good", "great", "bad"]

    @Test("another text is none of those that a condition names")
    func anotherText() throws {
        let good = #"{"fact":"rating","operator":"match","value":"good"}"#
        for (other, words) in [
            (
                #"{"fact":"rating","operator":"match","value":"great"}"#,
                #"another text than "good" or "great""#
            ),
            (#"{"fact":"rating","operator":"gte","value":3}"#, #"another text than "good""#),
            (#"{"fact":"rating","operator":"match","value":true}"#, #"another text than "good""#),
        ] {
            let found = try #require(
                counterfactual(
                    try OutcomeDomainTests.condition(#"{"any":[\#(good),\#(other)]}"#),
                    "good"
                )
            )
            guard case .value(let range, _)? = found.changes.first?.kind else {
                Issue.record("no value: \(found.text)")
                continue
            }
            let isNumber = range.text.hasPrefix("less than")
            #expect(isNumber || range.text == words || range.text == "false", "\(range.text)")
        }
        let range = try #require(
            ValueRange.ranges(of: leaves(["good", "great"]), insteadOf: .string("good")).last
        )
        #expect(range.text == #"another text than "good" or "great""#)
        #expect(range.contains(.string("poor")) && range.contains(range.example))
        #expect(!range.contains(.string("great")) && !range.contains(.boolean(true)))
        #expect(!range.contains(.number(1)))
    }

    @Test("each value of a told range gives the ending that was told", arguments: 0..<40)
    func everyValue(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<150 {
            let condition = Self.condition(depth: 2, &random)
            let before = Self.value(&random)
            guard let found = counterfactual(condition, before) else { continue }
            for change in found.changes {
                guard case .value(let range, insteadOf: _) = change.kind else { continue }
                let told = Self.samples(condition).filter(range.contains)
                #expect(range.contains(range.example))
                for value in told + [range.example] where found.changes.count == 1 {
                    let state = ending(condition, value)
                    #expect(state == found.state, "\(found.text), but \(value) is \(state)")
                }
            }
        }
    }

    private func counterfactual(_ condition: Condition, _ value: SignalValue) -> Counterfactual? {
        let market = Market(Contract(settlementPeriodSeconds: 100, condition: condition))
        var outcome = Outcome()
        var trail = OutcomeTrail()
        for command in [OutcomeCommand.signal(1, "rating", value: value), .settle(200)] {
            for fact in outcome.execute(command, routing: market.routing) {
                trail.follow(fact, version: trail.version + 1)
            }
        }
        return try? Explanation(trail).counterfactual.get()
    }

    private func counterfactual(_ condition: Condition, _ text: Text) -> Counterfactual? {
        counterfactual(condition, .string(text))
    }

    private func ending(_ condition: Condition, _ value: SignalValue) -> OutcomeState? {
        let market = Market(Contract(settlementPeriodSeconds: 100, condition: condition))
        var outcome = Outcome()
        for command in [OutcomeCommand.signal(1, "rating", value: value), .settle(200)] {
            _ = outcome.execute(command, routing: market.routing)
        }
        return outcome.state
    }

    private func leaves(_ texts: [Text]) -> [ConditionLeaf] {
        texts.compactMap {
            ConditionLeaf(fact: Self.rating, operator: .match, operand: .value(.string($0)))
        }
    }

    // MARK: Random conditions

    private static func value(_ random: inout SeededGenerator) -> SignalValue {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .boolean(random.chance(50))
        case 1: .number(Decimal(Int.random(in: -1...3, using: &random)))
        default: .string(random.pick(texts))
        }
    }

    private static func condition(depth: Int, _ random: inout SeededGenerator) -> Condition {
        guard depth > 0, random.chance(75) else { return leaf(&random) }
        let children = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            condition(depth: depth - 1, &random)
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .not(children[0])
        case 1: return .all(children)
        default: return .any(children)
        }
    }

    private static func leaf(_ random: inout SeededGenerator) -> Condition {
        let comparisons = ConditionOperator.allCases.filter {
            ConditionLeaf(fact: rating, operator: $0, operand: .number(0)) != nil
        }
        let leaf =
            random.chance(70)
            ? ConditionLeaf(fact: rating, operator: .match, operand: .value(value(&random)))
            : ConditionLeaf(
                fact: rating,
                operator: random.pick(comparisons),
                operand: .number(Decimal(Int.random(in: -1...3, using: &random)))
            )
        guard let leaf else { preconditionFailure("no leaf") }
        return .leaf(leaf)
    }

    /// All that a condition names, what lies beside it, and what it does not name.
    private static func samples(_ condition: Condition) -> [SignalValue] {
        let numbers = (-3...5).flatMap { [Decimal($0), decimal("\($0).5")] }
        return numbers.map { .number($0) } + [.boolean(true), .boolean(false)]
            + (texts + ["poor", "other", "other0", "Good", "true", "1"]).map { .string($0) }
    }
}
