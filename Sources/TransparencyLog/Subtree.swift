// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A complete subtree: the leaves `index * 2^level` up to, not including, `(index + 1) * 2^level`.
///
/// Its root never changes once its last leaf is there.
public struct Subtree: Hashable, Sendable {
    /// Its height; 0 is a leaf.
    public let level: Int
    /// Its number among those of its level, from 0.
    public let index: Int64

    /// Names a subtree.
    public init(level: Int, index: Int64) {
        self.level = level
        self.index = index
    }

    /// Its leaves.
    public var leaves: LeafRange {
        LeafRange(lower: index << Int64(level), upper: (index + 1) << Int64(level))
    }
}

/// Leaves next to each other, of which a proof needs the root: they begin where a subtree of their
/// size may begin.
public struct LeafRange: Hashable, Sendable {
    /// The first leaf.
    public let lower: Int64
    /// The leaf after the last one.
    public let upper: Int64

    /// Names a range of leaves.
    public init(lower: Int64, upper: Int64) {
        self.lower = lower
        self.upper = upper
    }

    /// How many leaves there are.
    public var count: Int64 { upper - lower }

    /// The complete subtrees the range is made of, from left to right, each smaller than the one
    /// before it.
    public var subtrees: [Subtree] {
        var subtrees: [Subtree] = []
        var first = lower
        while first < upper {
            let level = Int64.bitWidth - 1 - (upper - first).leadingZeroBitCount
            subtrees.append(Subtree(level: level, index: first >> Int64(level)))
            first += 1 << Int64(level)
        }
        return subtrees
    }

    /// The root of the range from the roots of its subtrees.
    public func root<E: Error>(
        _ hash: (Subtree) throws(E) -> Digest
    ) throws(E) -> Digest {
        var root: Digest?
        for subtree in subtrees.reversed() {
            let left = try hash(subtree)
            root = root.map { TreeHash.node(left, $0) } ?? left
        }
        return root ?? TreeHash.empty
    }

    /// How many leaves the left side of a tree of `size` leaves has: the largest power of two that
    /// is smaller than the size (RFC 6962, section 2.1).
    static func split(_ size: Int64) -> Int64 {
        1 << Int64(Int64.bitWidth - 1 - (size - 1).leadingZeroBitCount)
    }
}
