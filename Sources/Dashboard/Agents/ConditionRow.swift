// SPDX-License-Identifier: Apache-2.0

import OutcomeDomain

/// A node of a condition as the pages of agents draw it, with what is below it.
struct ConditionRow: Sendable {
    /// What was found about a node.
    struct Finding: Sendable {
        let severity: String
        let message: String
    }

    let isLeaf: Bool
    /// `All of these`, `At least one of these`, `Not`; nothing for a leaf.
    let heading: String?
    let fact: String?
    let asked: String?
    let value: String?
    let tail: String?
    let findings: [Finding]
    /// `added`, `removed`, `changed`, `moved`; nil when there is nothing to tell.
    let mark: String?
    /// How a changed node was before.
    let before: String?
    let children: [ConditionRow]

    /// A condition as it is; `findings` by the JSON pointer of their node.
    init(
        _ condition: Condition,
        findings: [String: [Finding]] = [:],
        at path: ConditionPath = ConditionPath()
    ) {
        self.init(
            condition,
            findings: findings[path.pointer] ?? [],
            children: condition.children.enumerated().map { index, child in
                let step: ConditionPath.Step =
                    switch condition {
                    case .any: .any(index)
                    case .not: .not
                    case .all, .leaf: .all(index)
                    }
                return ConditionRow(child, findings: findings, at: path.appending(step))
            }
        )
    }

    /// What became of a condition.
    init?(_ difference: ConditionDifference) {
        guard let shown = difference.after ?? difference.before else { return nil }
        self.init(
            shown,
            mark: difference.mark == .same ? nil : difference.mark.rawValue,
            before: difference.mark == .changed ? difference.before?.heading : nil,
            children: difference.children.compactMap(ConditionRow.init)
        )
    }

    private init(
        _ condition: Condition,
        findings: [Finding] = [],
        mark: String? = nil,
        before: String? = nil,
        children: [ConditionRow]
    ) {
        if case .leaf(let leaf) = condition {
            let words = LeafWords(leaf)
            isLeaf = true
            heading = nil
            fact = words.fact
            asked = words.asked
            value = words.value.isEmpty ? nil : words.value
            tail = words.tail.isEmpty ? nil : words.tail
        } else {
            isLeaf = false
            heading = condition.heading
            (fact, asked, value, tail) = (nil, nil, nil, nil)
        }
        self.findings = findings
        self.mark = mark
        self.before = before
        self.children = children
    }
}
