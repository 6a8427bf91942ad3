// SPDX-License-Identifier: Apache-2.0

import OutcomeDomain

/// A condition's node with what is asked of the search about it.
struct LintNode {
    enum Kind {
        case all
        case any
        case not
        case leaf(ConditionLeaf)
    }

    let kind: Kind
    let path: ConditionPath
    let children: [LintNode]
    let formula: TruthFormula

    /// `leaves`: Those to the left of it; its own are added.
    init(_ condition: Condition, at path: ConditionPath, _ leaves: inout [ConditionLeaf]) {
        self.path = path
        switch condition {
        case .all(let conditions):
            kind = .all
            children = Self.nodes(conditions, path, ConditionPath.Step.all, &leaves)
            formula = .both(children.map(\.formula))
        case .any(let conditions):
            kind = .any
            children = Self.nodes(conditions, path, ConditionPath.Step.any, &leaves)
            formula = .either(children.map(\.formula))
        case .not(let child):
            kind = .not
            children = [LintNode(child, at: path.appending(.not), &leaves)]
            formula = children[0].formula.negated
        case .leaf(let leaf):
            kind = .leaf(leaf)
            children = []
            formula = .leaf(leaves.count, true)
            leaves.append(leaf)
        }
    }

    private static func nodes(
        _ conditions: [Condition],
        _ path: ConditionPath,
        _ step: (Int) -> ConditionPath.Step,
        _ leaves: inout [ConditionLeaf]
    ) -> [LintNode] {
        conditions.enumerated().map { index, condition in
            LintNode(condition, at: path.appending(step(index)), &leaves)
        }
    }
}
