// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A condition with its truth, as nested lists show it.
///
/// A signal that decided a node is named once in words and by a link, so that the tree reads without
/// colours.
struct ConditionTree: Sendable {
    /// `All of these`, or the leaf's question.
    let text: String
    /// What the leaf asks about; nil for a node with others under it.
    let fact: String?
    let holds: Bool
    /// What was found: the count or the latest value; nil where the question has said it.
    let found: String?
    let decidedBy: SignalLink?
    let children: [ConditionTree]
    let hasChildren: Bool

    init(_ node: TruthNode) {
        holds = node.holds
        decidedBy = node.decidedBy.map { SignalLink($0) }
        switch node.kind {
        case .all(let nodes):
            (text, fact, found) = ("All of these", nil, nil)
            children = nodes.map { ConditionTree($0) }
        case .any(let nodes):
            (text, fact, found) = ("At least one of these", nil, nil)
            children = nodes.map { ConditionTree($0) }
        case .not(let child):
            (text, fact, found) = ("Not this", nil, nil)
            children = [ConditionTree(child)]
        case .leaf(let leaf, let count, let value):
            let words = LeafWords(leaf)
            text = [words.asked, words.value, words.tail].filter { !$0.isEmpty }
                .joined(separator: " ")
            fact = words.fact
            found = leaf.found(count, value, holds: node.holds)
            children = []
        }
        hasChildren = !children.isEmpty
    }
}

/// A signal that is pointed at.
struct SignalLink: Sendable {
    let action: String
    let version: Int
    let receivedAt: Instant
    /// Its journey.
    let path: String

    init(_ reference: SignalReference) {
        action = reference.action.text.string
        version = reference.version
        receivedAt = Instant(reference.receivedAt)
        path = JourneyPages.path(of: reference.eventID)
    }
}

extension ConditionLeaf {
    /// What the signals say to it.
    fileprivate func found(_ count: Int, _ value: SignalValue?, holds: Bool) -> String? {
        switch operand {
        case .none where holds && count < 2: nil
        case .none, .count:
            switch count {
            case 0: "never seen"
            case 1: "seen once"
            default: "seen \(count) times"
            }
        case .number, .value: value.map { "latest \($0.text)" } ?? "no value yet"
        }
    }
}
