// SPDX-License-Identifier: Apache-2.0

import ContractLint
import ExactValues
import OutcomeDomain
import Testing

/// What is claimed of seeded random conditions, compared with every state their actions can have.
@Suite("Any condition looked over")
struct ConditionLintPropertyTests {
    private static let seeds: [UInt64] = Array(0..<8)
    private static let conditionsPerSeed: UInt64 = 80

    @Test("claims are true, and nothing constant is missed", arguments: seeds)
    func claims(seed: UInt64) throws {
        var compared = 0
        for run in 0..<Self.conditionsPerSeed {
            var random = RandomRecords(seed: seed << 32 | run)
            let condition = random.contract().condition
            let brute = BruteCondition(condition)
            guard let states = brute.states else { continue }
            compared += 1
            let lint = ConditionLint(condition)
            #expect(lint.isComplete)
            let truths = states.map { brute.truths($0) }
            check(
                lint.findings,
                truths,
                "\(String(decoding: condition.canonicalBytes, as: UTF8.self))"
            )
            let root = Set(truths.map { $0[ConditionPath()] == true })
            let codes = Set(lint.findings.map(\.code))
            #expect(codes.contains(.alwaysTrue) == (root == [true]))
            #expect(codes.contains(.neverTrue) == (root == [false]))
            let left = condition.without(
                Set(lint.findings.filter { $0.code == .redundantNode }.map(\.path))
            )
            // The conditions' leaves are others, so they are compared on signals.
            for state in states.prefix(400) {
                let signals = brute.signals(state)
                #expect(left.holds(of: signals) == condition.holds(of: signals))
            }
        }
        #expect(compared > Int(Self.conditionsPerSeed) / 2)
    }

    private func check(
        _ findings: [LintFinding],
        _ truths: [[ConditionPath: Bool]],
        _ name: String
    ) {
        for finding in findings {
            switch finding.code {
            case .constantNode:
                #expect(Set(truths.map { $0[finding.path] }).count == 1, "\(name)")
            case .contradiction:
                #expect(
                    !truths.contains { truth in
                        finding.related.allSatisfy { truth[$0] == true }
                    },
                    "\(name)"
                )
            case .exhaustive:
                #expect(
                    truths.allSatisfy { truth in
                        finding.related.contains { truth[$0] == true }
                    },
                    "\(name)"
                )
            default: break
            }
        }
    }

    @Test("FAILED is called unreachable exactly when it is", arguments: seeds)
    func failed(seed: UInt64) {
        for run in 0..<Self.conditionsPerSeed {
            var random = RandomRecords(seed: seed << 32 | run)
            let condition = random.contract().condition
            let brute = BruteCondition(condition)
            guard let pairs = brute.pairs else { continue }
            let lint = ConditionLint(condition)
            let codes = Set(lint.findings.map(\.code))
            guard codes.isDisjoint(with: [.alwaysTrue, .neverTrue]) else { continue }
            let isReachable = pairs.contains { now, later in
                brute.truths(now)[ConditionPath()] == true
                    && brute.truths(later)[ConditionPath()] == false
            }
            #expect(
                codes.contains(.failedUnreachable) == !isReachable,
                "\(String(decoding: condition.canonicalBytes, as: UTF8.self))"
            )
        }
    }
}

/// Every state that a condition's actions can have, as far as small numbers and few values go; leaves
/// are asked by the words of SPEC 5.
private struct BruteCondition {
    /// One action: how many signals, and the latest value.
    struct Seen: Hashable {
        let count: Int
        let value: SignalValue?

        func canBecome(_ later: Seen) -> Bool {
            if self == later { return true }
            return count < later.count && (value == nil || later.value != nil)
        }
    }
    typealias State = [Seen]

    private static let limitStates = 4_000
    private static let limitPairs = 20_000
    private let condition: Condition
    private let facts: [Action]
    private let choices: [[Seen]]
    private let pairChoices: [[(Seen, Seen)]]

    init(_ condition: Condition) {
        self.condition = condition
        facts = condition.facts
        let leaves = condition.leaves
        choices = facts.map { fact in
            let own = leaves.filter { $0.fact == fact }
            var known: Set<[Bool]> = []
            return Self.all.filter { known.insert(Self.truth(own, $0)).inserted }
        }
        pairChoices = facts.map { fact in
            let own = leaves.filter { $0.fact == fact }
            let truths = Self.all.map { Self.truth(own, $0) }
            var known: Set<[Bool]> = []
            var pairs: [(Seen, Seen)] = []
            for (now, nowTruth) in zip(Self.all, truths) {
                for (later, laterTruth) in zip(Self.all, truths) where now.canBecome(later) {
                    guard known.insert(nowTruth + laterTruth).inserted else { continue }
                    pairs.append((now, later))
                }
            }
            return pairs
        }
    }

    /// Operands are whole numbers from -1 to 3, counts from 0 to 3, and few texts.
    private static let all: [Seen] = {
        var values: [SignalValue?] = [
            nil, .boolean(true), .boolean(false), .string(""), .string("1"), .string("yes"),
            .string("else"),
        ]
        values += (-4...8).map { half in
            let sign = half < 0 ? "-" : ""
            return .number(decimal("\(sign)\(abs(half) / 2).\(abs(half) % 2 * 5)"))
        }
        var all = [Seen(count: 0, value: nil)]
        for count in 1...6 {
            all += values.map { Seen(count: count, value: $0) }
        }
        return all
    }()

    private static func truth(_ leaves: [ConditionLeaf], _ seen: Seen) -> [Bool] {
        leaves.map { leaf in
            Condition.leaf(leaf).holds(of: signals(leaf.fact, seen))
        }
    }

    private static func signals(_ fact: Action, _ seen: Seen) -> [Signal] {
        guard seen.count > 0 else { return [] }
        return (1...seen.count).map { number in
            signal(number, fact.text, value: number == 1 ? seen.value : nil)
        }
    }

    func signals(_ state: State) -> [Signal] {
        zip(facts, state).flatMap { Self.signals($0, $1) }
    }

    /// Nil when there are too many.
    var states: [State]? { product(choices, limit: Self.limitStates) }

    var pairs: [(State, State)]? {
        product(pairChoices, limit: Self.limitPairs)?.map { ($0.map(\.0), $0.map(\.1)) }
    }

    private func product<Choice>(_ choices: [[Choice]], limit: Int) -> [[Choice]]? {
        guard choices.reduce(1, { $0 * $1.count }) <= limit else { return nil }
        return choices.reduce([[]]) { found, next in
            found.flatMap { start in next.map { start + [$0] } }
        }
    }

    /// The truth of every node.
    func truths(_ state: State) -> [ConditionPath: Bool] {
        var truths: [ConditionPath: Bool] = [:]
        let seen = Dictionary(uniqueKeysWithValues: zip(facts, state))
        func visit(_ node: Condition, _ path: ConditionPath) -> Bool {
            let truth: Bool
            switch node {
            case .all(let children):
                truth = children.enumerated()
                    .map { visit($1, path.appending(.all($0))) }.allSatisfy { $0 }
            case .any(let children):
                truth = children.enumerated()
                    .map { visit($1, path.appending(.any($0))) }.contains(true)
            case .not(let child):
                truth = !visit(child, path.appending(.not))
            case .leaf(let leaf):
                let found = seen[leaf.fact] ?? Seen(count: 0, value: nil)
                truth = Self.truth([leaf], found) == [true]
            }
            truths[path] = truth
            return truth
        }
        _ = visit(condition, ConditionPath())
        return truths
    }
}

extension Condition {
    fileprivate var leaves: [ConditionLeaf] {
        switch self {
        case .all(let children), .any(let children): children.flatMap(\.leaves)
        case .not(let child): child.leaves
        case .leaf(let leaf): [leaf]
        }
    }

    /// The condition without some of its nodes.
    fileprivate func without(
        _ paths: Set<ConditionPath>,
        at path: ConditionPath = ConditionPath()
    ) -> Condition {
        func kept(
            _ children: [Condition],
            _ step: (Int) -> ConditionPath.Step
        ) -> [Condition] {
            children.enumerated().compactMap { index, child in
                let place = path.appending(step(index))
                return paths.contains(place) ? nil : child.without(paths, at: place)
            }
        }
        switch self {
        case .all(let children): return .all(kept(children) { .all($0) })
        case .any(let children): return .any(kept(children) { .any($0) })
        case .not(let child): return .not(child.without(paths, at: path.appending(.not)))
        case .leaf: return self
        }
    }
}
