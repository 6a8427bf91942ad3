// SPDX-License-Identifier: Apache-2.0

import ContractLint
import ExactValues
import OutcomeDomain
import Testing

/// What is claimed of seeded random conditions about numbers that lie as close as numbers can, or at
/// the ends of what there is, beside texts that look like them: compared with the domain's own
/// evaluation of every state that could tell two leaves apart.
@Suite("Any condition about values at the edges, looked over")
struct ConditionLintEdgePropertyTests {
    private static let seeds: [UInt64] = Array(0..<6)
    private static let conditionsPerSeed: UInt64 = 60

    @Test("claims are true, and nothing constant is missed", arguments: seeds)
    func claims(seed: UInt64) {
        var compared = 0
        for run in 0..<Self.conditionsPerSeed {
            var random = EdgeConditions(seed: seed << 32 | run)
            let condition = random.condition(depth: 4)
            let name = String(decoding: condition.canonicalBytes, as: UTF8.self)
            let states = EdgeStates(condition)
            guard let proofs = states.proofs else { continue }
            compared += 1
            let lint = ConditionLint(condition)
            let codes = Set(lint.findings.map(\.code))
            let roots = Set(proofs.map(\.holds))
            #expect(lint.isComplete)
            #expect(codes.contains(.alwaysTrue) == (roots == [true]), "\(name)")
            #expect(codes.contains(.neverTrue) == (roots == [false]), "\(name)")
            check(lint.findings, proofs, states.places, name)
            guard roots.count == 2, let canFail = states.canFail else { continue }
            #expect(codes.contains(.failedUnreachable) == !canFail, "\(name)")
        }
        #expect(compared > Int(Self.conditionsPerSeed) / 2)
    }

    private func check(
        _ findings: [LintFinding],
        _ proofs: [Proof],
        _ places: [ConditionPath: Int],
        _ name: String
    ) {
        for finding in findings {
            let related = finding.related.compactMap { places[$0] }
            #expect(related.count == finding.related.count)
            guard let place = places[finding.path] else {
                Issue.record("no node at \(finding.path.pointer)")
                continue
            }
            let isTrue =
                switch finding.code {
                case .constantNode:
                    Set(proofs.map { $0.truth[place] }).count == 1
                        && finding.message.contains("always \(proofs[0].truth[place]),")
                case .contradiction:
                    proofs.allSatisfy { proof in related.contains { !proof.truth[$0] } }
                case .exhaustive:
                    proofs.allSatisfy { proof in related.contains { proof.truth[$0] } }
                case .redundantNode:
                    proofs.allSatisfy { proof in
                        finding.message.contains("whenever the others do")
                            ? proof.truth[place] || related.contains { !proof.truth[$0] }
                            : !proof.truth[place] || related.contains { proof.truth[$0] }
                    }
                default: true
                }
            #expect(isTrue, "\(finding.code.rawValue) \(finding.path.pointer) of \(name)")
        }
    }

    @Test(
        "of conditions that are too large to be proven nothing false is claimed",
        arguments: seeds
    )
    func large(seed: UInt64) {
        var random = EdgeConditions(seed: seed, facts: 12)
        let condition = Condition.all(
            (0..<80).map { _ in .any((0..<3).map { _ in random.condition(depth: 0) }) }
        )
        let lint = ConditionLint(condition)
        let states = EdgeStates(condition)
        var generator = SeededGenerator(seed: seed)
        let proofs = (0..<2_000).map { _ in states.proof(using: &generator) }
        let codes = Set(lint.findings.map(\.code))
        if codes.contains(.neverTrue) { #expect(proofs.allSatisfy { !$0.holds }) }
        #expect(!codes.contains(.alwaysTrue) || proofs.allSatisfy(\.holds))
        check(lint.findings, proofs, states.places, "seed \(seed)")
    }
}

/// Conditions about few actions, whose operands lie side by side.
private struct EdgeConditions {
    private static let numbers: [Decimal] = [
        "0", "0.000000000000000001", "-0.000000000000000001", "4", "4.000000000000000001",
        "999999999999999999", "999999999999999999.5", "999999999999999999.9999999999999998",
        "999999999999999999.9999999999999999", "-999999999999999999",
        "-999999999999999999.9999999999999999", "9999999999999999.999999999999999999",
        "10000000000000000", "99999999999999999.99999999999999999", "100000000000000000",
    ].map { decimal($0) }
    private static let texts: [Text] = [
        "4", "4.0", "", "other0", "other1", "true", "é", "e\u{301}",
    ]
    private static let counts: [Decimal] = [0, 1, 2, 3, 5, decimal("999999999999999999")]

    private var random: SeededGenerator
    private let facts: Int

    init(seed: UInt64, facts: Int = 2) {
        random = SeededGenerator(seed: seed)
        self.facts = facts
    }

    mutating func condition(depth: Int) -> Condition {
        guard depth > 0, random.chance(75) else { return leaf() }
        let least = random.chance(5) ? 0 : 2
        let children = (0..<Int.random(in: least...3, using: &random)).map { _ in
            condition(depth: depth - 1)
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return .not(condition(depth: depth - 1))
        case 1, 2: return .all(children)
        default: return children.isEmpty ? leaf() : .any(children)
        }
    }

    private mutating func leaf() -> Condition {
        let operands: [ConditionOperand] = [
            .none, .count(random.pick(Self.counts)), .number(random.pick(Self.numbers)),
            .value(value()),
        ]
        let fact = action(Text("a\(Int.random(in: 0..<facts, using: &random))"))
        let name = random.pick(ConditionOperator.allCases)
        let fitting = operands.compactMap {
            ConditionLeaf(fact: fact, operator: name, operand: $0)
        }
        guard let leaf = fitting.first else { preconditionFailure("no operand for \(name)") }
        return .leaf(leaf)
    }

    private mutating func value() -> SignalValue {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .string(random.pick(Self.texts))
        case 1: .boolean(random.chance(50))
        default: .number(random.pick(Self.numbers))
        }
    }
}

/// Every state of a condition's actions that could tell two of its leaves apart.
private struct EdgeStates {
    private static let limitStates = 20_000
    private let contract: Contract
    /// By fact of the contract: what can have become of it.
    private let choices: [[ActionTally]]
    /// By fact: what it can be now and later.
    private let pairs: [[(now: ActionTally, later: ActionTally)]]
    /// Where each node stands in a proof.
    let places: [ConditionPath: Int]

    init(_ condition: Condition) {
        contract = Contract(condition: condition)
        var places: [ConditionPath: Int] = [:]
        var leaves: [ConditionLeaf] = []
        Self.walk(condition, ConditionPath(), &places, &leaves)
        self.places = places
        let tallies = Self.tallies(leaves)
        var choices: [[ActionTally]] = []
        var pairs: [[(now: ActionTally, later: ActionTally)]] = []
        for fact in contract.facts {
            let own = leaves.filter { $0.fact == fact }.map { Contract(condition: .leaf($0)) }
            let truths = tallies.map { tally in own.map { $0.evaluate([tally]).holds } }
            var known: Set<[Bool]> = []
            choices.append(
                zip(tallies, truths).filter { known.insert($0.1).inserted }.map(\.0)
            )
            var knownPairs: Set<[Bool]> = []
            var found: [(now: ActionTally, later: ActionTally)] = []
            for (now, truth) in zip(tallies, truths) {
                for (later, laterTruth) in zip(tallies, truths) where now.canBecome(later) {
                    guard knownPairs.insert(truth + laterTruth).inserted else { continue }
                    found.append((now, later))
                }
            }
            pairs.append(found)
        }
        self.choices = choices
        self.pairs = pairs
    }

    private static func walk(
        _ node: Condition,
        _ path: ConditionPath,
        _ places: inout [ConditionPath: Int],
        _ leaves: inout [ConditionLeaf]
    ) {
        places[path] = places.count
        switch node {
        case .leaf(let leaf): leaves.append(leaf)
        case .not(let child): walk(child, path.appending(.not), &places, &leaves)
        case .all(let children):
            for (index, child) in children.enumerated() {
                walk(child, path.appending(.all(index)), &places, &leaves)
            }
        case .any(let children):
            for (index, child) in children.enumerated() {
                walk(child, path.appending(.any(index)), &places, &leaves)
            }
        }
    }

    /// Beside every operand its neighbours: what lies between two of them is as one of these.
    private static func tallies(_ leaves: [ConditionLeaf]) -> [ActionTally] {
        var counts: Set<Int> = [0, 1, 2]
        var values: Set<SignalValue> = [
            .boolean(true), .boolean(false), .string("no operand"), .number(decimal("-7.25")),
        ]
        for leaf in leaves {
            switch leaf.operand {
            case .none: break
            case .count(let count):
                let bound = count.intValue ?? 0
                counts.formUnion((bound - 1...bound + 2).filter { $0 >= 0 })
            case .number(let number), .value(.number(let number)):
                let all = [number, next(to: number, below: false), next(to: number, below: true)]
                values.formUnion(all.compactMap { $0 }.map { .number($0) })
            case .value(let value): values.insert(value)
            }
        }
        return counts.sorted().flatMap { count in
            let none = ActionTally(count: count, latestValue: nil)
            guard count > 0 else { return [none] }
            return [none] + values.map { ActionTally(count: count, latestValue: $0) }
        }
    }

    /// The nearest number there is; nil beyond the last.
    private static func next(to number: Decimal, below: Bool) -> Decimal? {
        let steps = ["0.000000000000000001", "0.00000000000000001", "0.0000000000000001"]
        return steps.lazy.compactMap { step -> Decimal? in
            let sum = WideDecimal(number) + wide(below ? "-\(step)" : step)
            return Decimal(sum.description)
        }.first
    }

    private static func product<Choice>(_ choices: [[Choice]]) -> [[Choice]]? {
        guard choices.reduce(1, { $0 * $1.count }) <= limitStates else { return nil }
        return choices.reduce([[]]) { found, next in
            found.flatMap { start in next.map { start + [$0] } }
        }
    }

    /// The proof of every state; nil when there are too many.
    var proofs: [Proof]? { Self.product(choices)?.map { contract.evaluate($0) } }

    /// Whether the condition can hold and later not; nil when there is too much to look at.
    var canFail: Bool? {
        Self.product(pairs)?.contains { pair in
            contract.evaluate(pair.map(\.now)).holds && !contract.evaluate(pair.map(\.later)).holds
        }
    }

    /// The proof of some state.
    func proof(using generator: inout SeededGenerator) -> Proof {
        contract.evaluate(choices.map { generator.pick($0) })
    }
}

extension ActionTally {
    /// Whether further signals can make that of it: each counts, and a value does not go away.
    fileprivate func canBecome(_ later: ActionTally) -> Bool {
        guard self != later else { return true }
        return count < later.count && (latestValue == nil || later.latestValue != nil)
    }
}
