// SPDX-License-Identifier: Apache-2.0

/// A node of a condition with its truth and what decided it.
public struct TruthNode: Hashable, Sendable {
    /// What stands at a node.
    public indirect enum Kind: Hashable, Sendable {
        /// Every child has to hold.
        case all([TruthNode])
        /// One child has to hold.
        case any([TruthNode])
        /// The child must not hold.
        case not(TruthNode)
        /// A question about one action, with how often that was applied and its latest value.
        case leaf(ConditionLeaf, count: Int, latestValue: SignalValue?)
    }

    /// What stands here.
    public let kind: Kind
    /// Whether it holds.
    public let holds: Bool
    /// The applied signal that decided it, see `Proof`; nil when none did.
    public let decidedBy: SignalReference?
}

extension TruthNode {
    /// The tree of an outcome's condition, as it was when the window ended or is now.
    init(_ live: LiveOutcome, _ trail: OutcomeTrail) {
        var references: [Int: SignalReference] = [:]
        for (index, tally) in live.tallies.enumerated() {
            if let number = tally.lastSignal { references[number] = trail.lastSignals[index] }
            if let number = tally.latestValueSignal {
                references[number] = trail.valueSignals[index]
            }
        }
        var builder = Builder(
            proof: live.terms.contract.evaluate(live.tallies),
            contract: live.terms.contract,
            tallies: live.tallies,
            references: references
        )
        self = builder.node(live.terms.contract.condition)
    }

    /// Walks the condition in preorder, as a proof is laid out.
    private struct Builder {
        let proof: Proof
        let contract: Contract
        let tallies: [ActionTally]
        let references: [Int: SignalReference]
        var next = 0

        mutating func node(_ condition: Condition) -> TruthNode {
            let index = next
            next += 1
            let kind: Kind =
                switch condition {
                case .all(let children): .all(children.map { node($0) })
                case .any(let children): .any(children.map { node($0) })
                case .not(let child): .not(node(child))
                case .leaf(let leaf): self.leaf(leaf)
                }
            return TruthNode(
                kind: kind,
                holds: proof.truth[index],
                decidedBy: proof.decidedBy[index].flatMap { references[$0] }
            )
        }

        private func leaf(_ leaf: ConditionLeaf) -> Kind {
            let tally = contract.factIndex(of: leaf.fact).map { tallies[$0] } ?? ActionTally()
            return .leaf(leaf, count: tally.count, latestValue: tally.latestValue)
        }
    }
}
