// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What the envelope says beside the event's place: it differs from run to run.
public struct EnvelopeContext: Hashable, Sendable {
    /// The node that wrote the event.
    public let node: String
    /// The batch it was written in, counted by the node.
    public let batch: Int64
    /// When it was written; in a sandbox by the test clock (SPEC 4, Time 5).
    public let recordedAt: Timestamp
    /// The W3C trace context of the request behind it, if any.
    public let trace: String?
    /// The id of the request behind a catalog change, if any; what passed hops says it in `passage`.
    public let request: String?

    /// When it passed which hop; nil for a catalog change, which passes none.
    public let passage: EventPassage?

    /// Puts a context together.
    public init(
        node: String,
        batch: Int64,
        recordedAt: Timestamp,
        trace: String?,
        request: String? = nil,
        passage: EventPassage? = nil
    ) {
        self.node = node
        self.batch = batch
        self.recordedAt = recordedAt
        self.trace = trace
        self.request = request
        self.passage = passage
    }
}
