// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The proof that an event is a leaf of a tree (RFC 9162, section 2.1.3).
public struct InclusionProof: Hashable, Sendable {
    /// The leaf's number, from 0: the event's position less one.
    public let index: Int64
    /// How many leaves the tree has.
    public let size: Int64
    /// The roots beside the way from the leaf up to the root.
    public let hashes: [Digest]

    /// Takes a proof as read; whether it proves anything is for `verifies` to say.
    ///
    /// Nil when there is no such leaf.
    public init?(index: Int64, size: Int64, hashes: [Digest]) {
        guard index >= 0, index < size else { return nil }
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof from the roots of complete subtrees of the tree; nil when there is no such
    /// leaf.
    public init?<E: Error>(
        of index: Int64,
        in size: Int64,
        _ hash: (Subtree) throws(E) -> Digest
    ) throws(E) {
        guard index >= 0, index < size else { return nil }
        var hashes: [Digest] = []
        for range in Self.ranges(of: index, in: size) {
            hashes.append(try range.root(hash))
        }
        self.init(index: index, size: size, hashes: hashes)
    }

    /// What the proof's hashes are the roots of, in their order; for a leaf that is in the tree.
    public static func ranges(of index: Int64, in size: Int64) -> [LeafRange] {
        var ranges: [LeafRange] = []
        var lower: Int64 = 0
        var upper = size
        while upper - lower > 1 {
            let middle = lower + LeafRange.split(upper - lower)
            if index < middle {
                ranges.append(LeafRange(lower: middle, upper: upper))
                upper = middle
            } else {
                ranges.append(LeafRange(lower: lower, upper: middle))
                lower = middle
            }
        }
        return ranges.reversed()
    }

    /// The root that the tree has if an event with this stored hash is its leaf; nil when the proof
    /// has not as many hashes as the tree is high.
    public func root(of entry: Digest) -> Digest? {
        root(ofLeaf: TreeHash.leaf(entry))
    }

    /// The root that the tree has if this is the hash of its leaf; nil when the proof has not as many
    /// hashes as the tree is high.
    public func root(ofLeaf leaf: Digest) -> Digest? {
        var node = index
        var last = size - 1
        var root = leaf
        for hash in hashes {
            guard last > 0 else { return nil }
            if node & 1 == 1 || node == last {
                root = TreeHash.node(hash, root)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                root = TreeHash.node(root, hash)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 ? root : nil
    }

    /// Whether an event with this stored hash is that leaf of the tree with this root.
    public func verifies(_ entry: Digest, root: Digest) -> Bool {
        self.root(of: entry) == root
    }
}
