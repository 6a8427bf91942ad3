// SPDX-License-Identifier: Apache-2.0

/// A condition laid out for evaluation: nodes in preorder, actions as numbers.
struct CompiledCondition: Sendable {
    /// The actions asked about, each once; tallies are in this order.
    let facts: [Action]
    private var nodes: [Node] = []
    /// The place of each action in `facts`; nil where searching is quicker.
    private let indices: [Action: Int]?

    /// Up to so many actions are searched one after the other.
    private static let searchLimitFacts = 8

    init(_ condition: Condition) {
        facts = condition.facts
        let indices = Dictionary(
            uniqueKeysWithValues: facts.enumerated().map { ($0.element, $0.offset) }
        )
        self.indices = facts.count > Self.searchLimitFacts ? indices : nil
        append(condition, indices: indices)
    }

    /// The place of an action in `facts`; nil when the condition does not ask about it.
    func index(of action: Action) -> Int? {
        if let indices { return indices[action] }
        return facts.firstIndex(of: action)
    }

    private mutating func append(_ condition: Condition, indices: [Action: Int]) {
        let index = nodes.count
        switch condition {
        case .all(let children):
            nodes.append(Node(kind: .all))
            for child in children {
                append(child, indices: indices)
            }
        case .any(let children):
            nodes.append(Node(kind: .any))
            for child in children {
                append(child, indices: indices)
            }
        case .not(let child):
            nodes.append(Node(kind: .not))
            append(child, indices: indices)
        case .leaf(let leaf):
            nodes.append(Node(kind: .leaf(fact: indices[leaf.fact, default: 0], LeafTest(leaf))))
        }
        nodes[index].end = nodes.count
    }

    private struct Node: Sendable {
        enum Kind: Sendable {
            case all
            case any
            case not
            case leaf(fact: Int, LeafTest)
        }

        let kind: Kind
        /// The node after the last one below this.
        var end = 0
    }
}

// MARK: Evaluation

extension CompiledCondition {
    /// The truth of every node and what decided it; `tallies` has one entry per fact.
    func evaluate(_ tallies: [ActionTally]) -> Proof {
        var truth = [Bool](repeating: false, count: nodes.count)
        var decidedBy = [Int?](repeating: nil, count: nodes.count)
        // Backwards, so that children are known before the node they belong to.
        for index in nodes.indices.reversed() {
            switch nodes[index].kind {
            case .leaf(let fact, let test):
                truth[index] = test.holds(tallies[fact])
                decidedBy[index] = test.decider(tallies[fact])
            case .not:
                truth[index] = !truth[index + 1]
                decidedBy[index] = decidedBy[index + 1]
            case .all:
                let deciding = firstChild(of: index, that: false, in: truth)
                truth[index] = deciding == nil
                decidedBy[index] = decider(of: index, deciding: deciding, in: decidedBy)
            case .any:
                let deciding = firstChild(of: index, that: true, in: truth)
                truth[index] = deciding != nil
                decidedBy[index] = decider(of: index, deciding: deciding, in: decidedBy)
            }
        }
        return Proof(truth: truth, decidedBy: decidedBy)
    }

    private func firstChild(of index: Int, that holds: Bool, in truth: [Bool]) -> Int? {
        var child = index + 1
        while child < nodes[index].end {
            if truth[child] == holds { return child }
            child = nodes[child].end
        }
        return nil
    }

    /// The decider of the child that decides alone, or the latest of them all.
    private func decider(of index: Int, deciding: Int?, in decidedBy: [Int?]) -> Int? {
        if let deciding { return decidedBy[deciding] }
        var latest: Int?
        var child = index + 1
        while child < nodes[index].end {
            if let candidate = decidedBy[child] { latest = max(latest ?? 0, candidate) }
            child = nodes[child].end
        }
        return latest
    }
}
