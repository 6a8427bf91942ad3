// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }
}

/// Records of one key as intake could have accepted them: places and times never go back.
struct RandomRecords {
    private var random: SeededGenerator
    private var market: Market
    private var clock = 1_000
    private static let actions: [Text] = ["replied", "reopened", "csat"]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        market = Market(Contract(condition: .all([])))
        market.agents = [:]
        market.agents[slug("support")] = contract()
        if random.chance(40) { market.customers = [] }
        market.price = decimal("0.002")
    }

    mutating func records(_ count: Int) -> [ReferenceOutcome.Record] {
        (1...count).map { position in
            if random.chance(70) { clock += Int.random(in: 0...12, using: &random) }
            changeMarket()
            return ReferenceOutcome.Record(command: command(position), market: market)
        }
    }

    /// A contract with a condition that such records of this kind can meet.
    mutating func contract() -> Contract {
        Contract(
            settlementPeriodSeconds: Int.random(in: 1...30, using: &random),
            condition: condition(depth: 3),
            attributionMethod: random.pick(AttributionMethod.allCases)
        )
    }

    private mutating func changeMarket() {
        market.version += 1
        if random.chance(10) { market.customers.insert(customer("acme")) }
        if random.chance(5) { market.customers.insert(customer("globex")) }
        if random.chance(5) { market.customers = [] }
        if random.chance(8) { market.agents[slug("sales")] = market.agents[slug("support")] }
        if random.chance(8) { market.agents[slug("sales")] = nil }
    }

    private mutating func command(_ position: Int) -> OutcomeCommand {
        let target = Int.random(in: 1...position, using: &random)
        if random.chance(12) { return .redrive(target, at: clock, position: position) }
        if random.chance(8) { return .discard(target, at: clock, position: position) }
        return .signal(
            position,
            random.pick(Self.actions),
            at: clock,
            customer: random.chance(80) ? "acme" : "globex",
            agent: random.pick([nil, nil, nil, "support", "sales", "ghost"]),
            value: random.chance(60) ? value() : nil,
            attribution: random.chance(40) ? decimal("0.\(position)") : nil,
            settlesAt: random.chance(15) ? clock + Int.random(in: -5...20, using: &random) : nil
        )
    }

    private mutating func value() -> SignalValue {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .string(random.pick(["", "1", "yes"]))
        case 1: .boolean(random.chance(50))
        default: .number(Decimal(Int.random(in: -1...3, using: &random)))
        }
    }

    private mutating func condition(depth: Int) -> Condition {
        guard depth > 0, random.chance(60) else { return leaf() }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return .not(condition(depth: depth - 1))
        case 1: return .all(children(from: 0, depth: depth))
        default: return .any(children(from: 1, depth: depth))
        }
    }

    private mutating func children(from minimum: Int, depth: Int) -> [Condition] {
        (0..<Int.random(in: minimum...3, using: &random)).map { _ in condition(depth: depth - 1) }
    }

    private mutating func leaf() -> Condition {
        let name = random.pick(ConditionOperator.allCases)
        let operands: [ConditionOperand] = [
            .none,
            .count(Decimal(Int.random(in: 0...3, using: &random))),
            .number(Decimal(Int.random(in: -1...3, using: &random))),
            .value(value()),
        ]
        let fact = action(random.pick(Self.actions))
        let fitting = operands.compactMap {
            ConditionLeaf(fact: fact, operator: name, operand: $0)
        }
        guard let leaf = fitting.first else { preconditionFailure("no operand for \(name)") }
        return .leaf(leaf)
    }
}
