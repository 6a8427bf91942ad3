// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// What of a condition's tree was added, removed or changed, as one tree that has both.
///
/// The nodes of a group are matched in their order: equal ones first, then those that have most in
/// common; what finds no match was added or removed. What was taken from one place and put into
/// another is told once, where it is now.
struct ConditionDifference: Equatable, Sendable {
    /// What became of a node.
    enum Mark: String {
        case same
        case added
        case removed
        case changed
        case moved
    }

    let mark: Mark
    /// The node before; nil when it was added.
    let before: Condition?
    /// The node after; nil when it was removed.
    let after: Condition?
    let children: [ConditionDifference]

    /// Compares two conditions.
    init(from before: Condition, to after: Condition) {
        self = Self(Measured(before), Measured(after)).withMoves
    }

    init(_ mark: Mark, before: Condition?, after: Condition?, children: [Self]) {
        self.mark = mark
        self.before = before
        self.after = after
        self.children = children
    }

    /// How many nodes have a mark.
    func count(of mark: Mark) -> Int {
        (self.mark == mark ? 1 : 0) + children.reduce(0) { $0 + $1.count(of: mark) }
    }

    // MARK: Comparing

    private init(_ before: Measured, _ after: Measured) {
        self.before = before.condition
        self.after = after.condition
        guard before.digest != after.digest else {
            mark = .same
            children = after.children.map { Self(whole: $0, .same) }
            return
        }
        guard before.isLeaf == after.isLeaf else {
            mark = .changed
            children =
                before.children.map { Self(whole: $0, .removed) }
                + after.children.map { Self(whole: $0, .added) }
            return
        }
        mark = before.isLeaf || before.kind != after.kind ? .changed : .same
        children = Self.aligned(before.children, after.children)
    }

    /// A node that is only on one side, or the same on both, with all below it.
    private init(whole node: Measured, _ mark: Mark) {
        self.mark = mark
        before = mark == .added ? nil : node.condition
        after = mark == .removed ? nil : node.condition
        children = node.children.map { Self(whole: $0, mark) }
    }

    /// Matches two lists so that as much as possible stays (the heaviest common subsequence).
    private static func aligned(
        _ before: [Measured],
        _ after: [Measured]
    ) -> [ConditionDifference] {
        let width = after.count + 1
        var weights = [Int](repeating: 0, count: before.count * after.count)
        var best = [Int](repeating: 0, count: (before.count + 1) * width)
        for row in before.indices.reversed() {
            for column in after.indices.reversed() {
                let weight = before[row].likeness(after[column])
                weights[row * after.count + column] = weight
                let skipped = max(best[(row + 1) * width + column], best[row * width + column + 1])
                let matched = weight > 0 ? weight + best[(row + 1) * width + column + 1] : 0
                best[row * width + column] = max(skipped, matched)
            }
        }
        var found: [ConditionDifference] = []
        var (row, column) = (0, 0)
        while row < before.count || column < after.count {
            guard column < after.count else {
                found.append(Self(whole: before[row], .removed))
                row += 1
                continue
            }
            guard row < before.count else {
                found.append(Self(whole: after[column], .added))
                column += 1
                continue
            }
            let weight = weights[row * after.count + column]
            let here = best[row * width + column]
            if weight > 0, here == weight + best[(row + 1) * width + column + 1] {
                found.append(Self(before[row], after[column]))
                row += 1
                column += 1
            } else if here == best[(row + 1) * width + column] {
                found.append(Self(whole: before[row], .removed))
                row += 1
            } else {
                found.append(Self(whole: after[column], .added))
                column += 1
            }
        }
        return found
    }
}

/// A node with what is compared worked out once.
private struct Measured {
    enum Kind {
        case all
        case any
        case not
        case leaf
    }

    let condition: Condition
    let kind: Kind
    let digest: Digest
    let children: [Measured]
    /// The leaves below it, each with how often.
    let leaves: [Digest: Int]

    var isLeaf: Bool { kind == .leaf }

    init(_ condition: Condition) {
        self.condition = condition
        digest = condition.hash
        children = condition.children.map(Measured.init)
        var leaves: [Digest: Int] = children.isEmpty ? [digest: 1] : [:]
        for child in children {
            leaves.merge(child.leaves, uniquingKeysWith: +)
        }
        self.leaves = leaves
        switch condition {
        case .all: kind = .all
        case .any: kind = .any
        case .not: kind = .not
        case .leaf: kind = .leaf
        }
    }

    /// How much two nodes have in common; 0 when they are better told apart.
    func likeness(_ other: Measured) -> Int {
        if digest == other.digest { return 8 * leaves.values.reduce(0, +) + 2 }
        if case .leaf(let mine) = condition, case .leaf(let theirs) = other.condition {
            guard mine.fact == theirs.fact else { return 0 }
            return mine.operator == theirs.operator || mine.operand == theirs.operand ? 4 : 3
        }
        guard !isLeaf, !other.isLeaf else { return 0 }
        let common = leaves.reduce(0) { $0 + min($1.value, other.leaves[$1.key] ?? 0) }
        guard common > 0 || kind == other.kind else { return 0 }
        return 6 * common + (kind == other.kind ? 1 : 0)
    }
}
