// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The right edge of a growing tree: all that is needed to add leaves and to tell the root.
///
/// It holds one hash for each bit that is set in the size: 64 at most, whatever the tree has grown
/// to.
public struct MerkleFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    public private(set) var size: Int64
    /// The roots of the complete subtrees, from left to right, each smaller than the one before it.
    public private(set) var peaks: [Digest]

    /// The edge of the tree without leaves.
    public init() {
        size = 0
        peaks = []
    }

    /// Takes the edge of a tree of `size` leaves: the roots of `subtrees(of: size)`, in order.
    ///
    /// Nil when they are not as many as the size asks for.
    public init?(size: Int64, peaks: [Digest]) {
        guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// The subtrees whose roots are the edge of a tree of `size` leaves.
    public static func subtrees(of size: Int64) -> [Subtree] {
        LeafRange(lower: 0, upper: size).subtrees
    }

    /// The root of the tree (RFC 6962, section 2.1).
    public var root: Digest {
        guard var root = peaks.last else { return TreeHash.empty }
        for peak in peaks.dropLast().reversed() {
            root = TreeHash.node(peak, root)
        }
        return root
    }

    /// Adds the leaf of an event, by the event's stored hash.
    public mutating func append(_ entry: Digest) {
        append(leaf: TreeHash.leaf(entry)) { _, _ in }
    }

    /// Adds a leaf by its hash.
    ///
    /// `completed` is told of each subtree, above the leaf, that has become complete with it, the
    /// smallest first, and of its root.
    public mutating func append(leaf: Digest, completed: (Subtree, Digest) -> Void) {
        var hash = leaf
        var index = size
        var level = 0
        while index & 1 == 1, let left = peaks.popLast() {
            hash = TreeHash.node(left, hash)
            index >>= 1
            level += 1
            completed(Subtree(level: level, index: index), hash)
        }
        peaks.append(hash)
        size += 1
    }
}
