// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// A tree of the log as somebody has kept it: how many leaves a partition had when a checkpoint of
/// it was exported.
///
/// A bundle leads on from it: it proves that the tree of its own checkpoint begins with that one.
public struct KeptTree: Hashable, Sendable {
    /// The tree, by log and partition.
    public let origin: TreeOrigin
    /// How many leaves it had.
    public let size: Int64

    /// Names a tree.
    public init(origin: TreeOrigin, size: Int64) {
        self.origin = origin
        self.size = size
    }

    /// The tree of a checkpoint.
    public init(_ checkpoint: Checkpoint) {
        self.init(origin: checkpoint.origin, size: checkpoint.size)
    }
}
