// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// The node of a condition that its truth came from.
public struct DecidingNode: Hashable, Sendable {
    /// Where it stands.
    public let path: ConditionPath
    /// Whether it holds.
    public let holds: Bool
    /// Its question; nil for an empty `all`.
    public let leaf: ConditionLeaf?
    /// The applied signal that decided it; nil when none did.
    public let event: EventID?
}
