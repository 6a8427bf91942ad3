// SPDX-License-Identifier: Apache-2.0

/// What kind of work was worth something: the `outcome_type` of a record (SPEC 7).
public enum ValueKind: String, Hashable, Sendable, CaseIterable {
    /// An agent completed a negotiation.
    case negotiationComplete = "negotiation_complete"
    /// Content was amplified across channels.
    case amplificationComplete = "amplification_complete"
    /// A deal or transaction was finalised.
    case dealClosed = "deal_closed"
    /// Something was broadcast.
    case broadcastComplete = "broadcast_complete"
    /// An agent completed an assigned task.
    case taskComplete = "task_complete"
    /// Content was published.
    case contentPublished = "content_published"
}
