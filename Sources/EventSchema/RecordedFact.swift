// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// A fact of an outcome with everything that is recorded about it: what projections follow.
///
/// Facts are handed around a great deal (lane, tail, three projections), so a copy is one reference.
public struct RecordedFact: Hashable, Sendable {
    /// The partition it lies in.
    public var partition: Partition { record.contents.partition }
    /// Its place in the partition's event log.
    public var position: LogPosition { record.contents.position }
    /// Its stream.
    public var stream: StreamID { record.contents.stream }
    /// Its place in the stream, from 1 without gaps.
    public var version: Int { record.contents.version }
    /// What happened, when, and because of what.
    public var fact: OutcomeFact { record.contents.fact }
    /// When it was written; in a sandbox by the test clock (SPEC 4, Time 5).
    public var recordedAt: Timestamp { record.contents.recordedAt }
    /// The node that wrote it.
    public var node: String { record.contents.node }
    /// The batch it was written in, counted by the node.
    public var batch: Int64 { record.contents.batch }
    /// The W3C trace context of the request behind it, if any.
    public var trace: String? { record.contents.trace }
    /// When it passed which hop; nil where the envelope does not say.
    public var passage: EventPassage? { record.contents.passage }
    /// The client's metadata.
    public var metadata: MetadataSlot { record.contents.metadata }
    /// The hash of the version before; 32 zero bytes at version 1.
    public var previous: Digest { record.contents.previous }
    /// The hash that chains it to its stream.
    public var hash: Digest { record.contents.hash }

    private let record: Record

    private struct Contents: Hashable, Sendable {
        let partition: Partition
        let position: LogPosition
        let stream: StreamID
        let version: Int
        let fact: OutcomeFact
        let recordedAt: Timestamp
        let node: String
        let batch: Int64
        let trace: String?
        let passage: EventPassage?
        let metadata: MetadataSlot
        let previous: Digest
        let hash: Digest
    }

    private final class Record: Sendable {
        let contents: Contents

        init(_ contents: Contents) { self.contents = contents }
    }

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
        passage: EventPassage? = nil,
        metadata: MetadataSlot,
        previous: Digest,
        hash: Digest
    ) {
        record = Record(
            Contents(
                partition: partition,
                position: position,
                stream: stream,
                version: version,
                fact: fact,
                recordedAt: recordedAt,
                node: node,
                batch: batch,
                trace: trace,
                passage: passage,
                metadata: metadata,
                previous: previous,
                hash: hash
            )
        )
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
            passage: context.passage,
            metadata: stored.metadata,
            previous: stored.previous,
            hash: stored.hash
        )
    }

    /// What the envelope says beside the place.
    var context: EnvelopeContext {
        EnvelopeContext(
            node: node,
            batch: batch,
            recordedAt: recordedAt,
            trace: trace,
            passage: passage
        )
    }

    /// Whether two facts say the same.
    public static func == (left: RecordedFact, right: RecordedFact) -> Bool {
        left.record === right.record || left.record.contents == right.record.contents
    }

    /// Hashes what the fact says.
    public func hash(into hasher: inout Hasher) { record.contents.hash(into: &hasher) }
}
