// SPDX-License-Identifier: Apache-2.0

/// Why a condition held or not: the truth of each node and what decided it (SPEC 5).
public struct Proof: Hashable, Sendable {
    /// The truth of each node, in preorder: a node, then its children from left to right.
    public let truth: [Bool]
    /// For each node the number of the applied signal that decided it; nil when none did.
    ///
    /// A leaf is decided by the last signal of its action, one that reads a value by the signal
    /// which brought that value. A node follows its deciding children: a false `all` its first
    /// false child, a true `all` the latest decider among its children, `any` the other way round,
    /// `not` its child.
    public let decidedBy: [Int?]

    /// Takes a proof as it was found; both arrays have one entry per node.
    public init(truth: [Bool], decidedBy: [Int?]) {
        self.truth = truth
        self.decidedBy = decidedBy
    }

    /// Whether the whole condition holds.
    public var holds: Bool { truth.first == true }
}
