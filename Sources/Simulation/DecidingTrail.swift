// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// Keeps which signals a condition's truth hangs on, so that the node that decides can be named.
struct DecidingTrail: Sendable {
    private let condition: Condition
    private let facts: Set<Action>
    private var proof: Proof
    private var lastSignals: [Action: (number: Int, event: EventID)] = [:]
    private var valueSignals: [Action: (number: Int, event: EventID)] = [:]

    init(_ contract: Contract) {
        condition = contract.condition
        facts = Set(contract.facts)
        proof = contract.evaluate(contract.emptyTallies)
    }

    mutating func follow(_ applied: SignalApplied) {
        proof = applied.proof
        let action = applied.signal.action
        guard facts.contains(action) else { return }
        lastSignals[action] = (applied.number, applied.signal.eventID)
        guard applied.signal.value != nil else { return }
        valueSignals[action] = (applied.number, applied.signal.eventID)
    }

    /// The node the condition's truth comes from, as far down as one child decides.
    var deciding: DecidingNode {
        var path = ConditionPath()
        var index = 0
        var node = condition
        while let (place, child, start) = decidingChild(of: node, at: index) {
            path.append(place)
            (node, index) = (child, start)
        }
        var leaf: ConditionLeaf?
        if case .leaf(let found) = node { leaf = found }
        return DecidingNode(
            path: path,
            holds: proof.truth[index],
            leaf: leaf,
            event: leaf.flatMap { event(proof.decidedBy[index], $0.fact) }
        )
    }

    private func event(_ number: Int?, _ action: Action) -> EventID? {
        guard let number else { return nil }
        let found = [lastSignals[action], valueSignals[action]].compactMap { $0 }
        return found.first { $0.number == number }?.event
    }

    /// The first child that decides alone; where all of them do, the one that was decided last.
    private func decidingChild(
        of node: Condition,
        at index: Int
    ) -> (place: ConditionPath.Step, node: Condition, index: Int)? {
        let children: [Condition]
        let alone: Bool
        let step: (Int) -> ConditionPath.Step
        switch node {
        case .leaf: return nil
        case .not(let child): return (.not, child, index + 1)
        case .all(let all): (children, alone, step) = (all, false, { .all($0) })
        case .any(let any): (children, alone, step) = (any, true, { .any($0) })
        }
        var starts: [Int] = []
        var next = index + 1
        for child in children {
            starts.append(next)
            next += child.nodeCount
        }
        guard !starts.isEmpty else { return nil }
        let place =
            starts.firstIndex { proof.truth[$0] == alone }
            ?? starts.firstIndex { proof.decidedBy[$0] == proof.decidedBy[index] } ?? 0
        return (step(place), children[place], starts[place])
    }
}

extension Condition {
    fileprivate var nodeCount: Int {
        switch self {
        case .leaf: 1
        case .not(let child): 1 + child.nodeCount
        case .all(let children), .any(let children):
            children.reduce(1) { $0 + $1.nodeCount }
        }
    }
}
