// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The proof that a tree begins with the very leaves another one had: nothing was taken away,
/// changed or put in between (RFC 9162, section 2.1.4).
public struct ConsistencyProof: Hashable, Sendable {
    /// How many leaves the earlier tree had; at least one.
    public let first: Int64
    /// How many leaves the later tree has.
    public let second: Int64
    /// The roots that lead to both.
    public let hashes: [Digest]

    /// Takes a proof as read; whether it proves anything is for `verifies` to say.
    ///
    /// Nil when the sizes are not in order, or the first is not at least one.
    public init?(first: Int64, second: Int64, hashes: [Digest]) {
        guard first >= 1, first <= second else { return nil }
        self.first = first
        self.second = second
        self.hashes = hashes
    }

    /// Makes the proof from the roots of complete subtrees of the later tree; nil when the sizes are
    /// not in order, or the first is not at least one.
    public init?<E: Error>(
        from first: Int64,
        to second: Int64,
        _ hash: (Subtree) throws(E) -> Digest
    ) throws(E) {
        guard first >= 1, first <= second else { return nil }
        var hashes: [Digest] = []
        for range in Self.ranges(from: first, to: second) {
            hashes.append(try range.root(hash))
        }
        self.init(first: first, second: second, hashes: hashes)
    }

    /// What the proof's hashes are the roots of, in their order; for sizes that are in order.
    public static func ranges(from first: Int64, to second: Int64) -> [LeafRange] {
        guard first < second else { return [] }
        var ranges: [LeafRange] = []
        var lower: Int64 = 0
        var upper = second
        while upper > first {
            let middle = lower + LeafRange.split(upper - lower)
            if first <= middle {
                ranges.append(LeafRange(lower: middle, upper: upper))
                upper = middle
            } else {
                ranges.append(LeafRange(lower: lower, upper: middle))
                lower = middle
            }
        }
        // The whole earlier tree needs no telling: its root is known to who asks.
        if lower > 0 { ranges.append(LeafRange(lower: lower, upper: upper)) }
        return ranges.reversed()
    }

    /// Whether the tree with `secondRoot` begins with all of the tree with `firstRoot`.
    public func verifies(firstRoot: Digest, secondRoot: Digest) -> Bool {
        if first == second { return hashes.isEmpty && firstRoot == secondRoot }
        var path = hashes[...]
        if first.nonzeroBitCount == 1 { path = [firstRoot] + path }
        guard let start = path.popFirst() else { return false }
        var node = first - 1
        var last = second - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var (earlier, later) = (start, start)
        for hash in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                earlier = TreeHash.node(hash, earlier)
                later = TreeHash.node(hash, later)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                later = TreeHash.node(later, hash)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && earlier == firstRoot && later == secondRoot
    }
}
