// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

extension ConditionDifference {
    /// The same, with what was removed and added again elsewhere marked as moved.
    var withMoves: ConditionDifference {
        var moves = ConditionMoves(self)
        let marked = moves.marking(self)
        return moves.dropping(marked) ?? marked
    }
}

/// Pairs what was added with what was removed: whole groups first, then what is in them.
private struct ConditionMoves {
    /// Removed nodes that are in no pair yet, at any depth.
    private var removed: [Digest: Int] = [:]
    /// The tops of what was moved and is still shown where it was.
    private var moved: [Digest: Int] = [:]

    init(_ difference: ConditionDifference) { collect(difference) }

    private mutating func collect(_ difference: ConditionDifference) {
        if difference.mark == .removed, let node = difference.before {
            removed[node.hash, default: 0] += 1
        }
        for child in difference.children { collect(child) }
    }

    /// Added nodes that were removed elsewhere become moved ones.
    mutating func marking(_ difference: ConditionDifference) -> ConditionDifference {
        if difference.mark == .added, let node = difference.after, take(node) {
            return ConditionDifference(.moved, before: node, after: node, children: same(node))
        }
        return ConditionDifference(
            difference.mark,
            before: difference.before,
            after: difference.after,
            children: difference.children.map { marking($0) }
        )
    }

    /// Leaves out removed nodes that are shown as moved elsewhere.
    mutating func dropping(_ difference: ConditionDifference) -> ConditionDifference? {
        if difference.mark == .removed, let digest = difference.before?.hash,
            let count = moved[digest], count > 0
        {
            moved[digest] = count - 1
            return nil
        }
        return ConditionDifference(
            difference.mark,
            before: difference.before,
            after: difference.after,
            children: difference.children.compactMap { dropping($0) }
        )
    }

    /// Takes a node, with all below it, out of what was removed; false when not all of it is there.
    private mutating func take(_ node: Condition) -> Bool {
        guard removed[node.hash, default: 0] > 0 else { return false }
        var parts: [Digest: Int] = [:]
        count(node, &parts)
        guard parts.allSatisfy({ removed[$0.key, default: 0] >= $0.value }) else { return false }
        removed.merge(parts) { $0 - $1 }
        moved[node.hash, default: 0] += 1
        return true
    }

    private func count(_ node: Condition, _ parts: inout [Digest: Int]) {
        parts[node.hash, default: 0] += 1
        for child in node.children { count(child, &parts) }
    }

    private func same(_ node: Condition) -> [ConditionDifference] {
        node.children.map { child in
            ConditionDifference(.same, before: child, after: child, children: same(child))
        }
    }
}
