// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// A fact of an outcome with everything that is recorded about it: what projections follow.
public struct RecordedFact: Hashable, Sendable {
    /// The partition it lies in.
    public let partition: Partition
    /// Its place in the partition's event log.
    public let position: LogPosition
    /// Its stream.
    public let stream: StreamID
    /// Its place in the stream, from 1 without gaps.
    public let version: Int
    /// What happened, when, and because of what.
    public let fact: OutcomeFact
    /// When it was written; in a sandbox by the test clock (SPEC 4, Time 5).
    public let recordedAt: Timestamp
    /// The node that wrote it.
    public let node: String
    /// The batch it was written in, counted by the node.
    public let batch: Int64
    /// The W3C trace context of the request behind it, if any.
    public let trace: String?
    /// The client's metadata.
    public let metadata: MetadataSlot
    /// The hash that chains it to its stream.
    public let hash: Digest

    /// Puts a fact together.
    public init(
        partition: Partition,
        position: LogPosition,
        stream: StreamID,
        version: Int,
        fact: OutcomeFact,
        recordedAt: Timestamp,
        node: String,
        batch: Int64,
        trace: String?,
        metadata: MetadataSlot,
        hash: Digest
    ) {
        self.partition = partition
        self.position = position
        self.stream = stream
        self.version = version
        self.fact = fact
        self.recordedAt = recordedAt
        self.node = node
        self.batch = batch
        self.trace = trace
        self.metadata = metadata
        self.hash = hash
    }

    /// What reading the stored event back would give, without reading it back.
    public init(_ stored: StoredEvent, fact: OutcomeFact, context: EnvelopeContext) {
        self.init(
            partition: stored.partition,
            position: stored.position,
            stream: stored.stream,
            version: stored.version,
            fact: fact,
            recordedAt: context.recordedAt,
            node: context.node,
            batch: context.batch,
            trace: context.trace,
            metadata: stored.metadata,
            hash: stored.hash
        )
    }
}
