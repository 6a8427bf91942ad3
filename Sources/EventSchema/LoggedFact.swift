// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// A fact of a partition's log with everything that is recorded about it, of whichever kind of
/// stream: what those who follow the log are handed.
///
/// A copy is one reference.
public enum LoggedFact: Hashable, Sendable {
    /// A fact of an outcome.
    case outcome(RecordedFact)
    /// A record of delivered value.
    indirect case value(RecordedValue)

    /// Reads a stored event of a partition that has an ingest log.
    ///
    /// - Throws: `SchemaError` when it is not the form of any schema version there has been.
    public init(_ stored: StoredEvent) throws(SchemaError) {
        var reader = OutcomeFactReader()
        try self.init(stored, &reader)
    }

    /// The same, for who reads one event after the other.
    ///
    /// - Throws: `SchemaError` when it is not the form of any schema version there has been.
    public init(
        _ stored: StoredEvent,
        _ reader: inout OutcomeFactReader
    ) throws(SchemaError) {
        switch stored.stream.kind {
        case .value: self = .value(try ValueEventSchema.recorded(from: stored))
        // A catalog's event has no place here, and reads as no fact of an outcome.
        case .outcome, .catalog: self = .outcome(try reader.recorded(from: stored))
        }
    }
}

extension LoggedFact {
    /// The fact, if it is an outcome's.
    public var outcome: RecordedFact? {
        guard case .outcome(let recorded) = self else { return nil }
        return recorded
    }

    /// The fact, if it is a record of delivered value.
    public var value: RecordedValue? {
        guard case .value(let recorded) = self else { return nil }
        return recorded
    }

    /// The partition it lies in.
    public var partition: Partition {
        switch self {
        case .outcome(let recorded): recorded.partition
        case .value(let recorded): recorded.partition
        }
    }

    /// Its place in the partition's event log.
    public var position: LogPosition {
        switch self {
        case .outcome(let recorded): recorded.position
        case .value(let recorded): recorded.position
        }
    }

    /// Its stream.
    public var stream: StreamID {
        switch self {
        case .outcome(let recorded): recorded.stream
        case .value(let recorded): recorded.stream
        }
    }

    /// When it was written; in a sandbox by the test clock (SPEC 4, Time 5).
    public var recordedAt: Timestamp {
        switch self {
        case .outcome(let recorded): recorded.recordedAt
        case .value(let recorded): recorded.context.recordedAt
        }
    }

    /// The W3C trace context of the request behind it, if any.
    public var trace: String? {
        switch self {
        case .outcome(let recorded): recorded.trace
        case .value(let recorded): recorded.context.trace
        }
    }

    /// The client's metadata.
    public var metadata: MetadataSlot {
        switch self {
        case .outcome(let recorded): recorded.metadata
        case .value(let recorded): recorded.metadata
        }
    }

    /// The hash that chains it to its stream.
    public var hash: Digest {
        switch self {
        case .outcome(let recorded): recorded.hash
        case .value(let recorded): recorded.hash
        }
    }
}

/// A record of delivered value with everything that is recorded about it.
public struct RecordedValue: Hashable, Sendable {
    /// The partition it lies in.
    public let partition: Partition
    /// Its place in the partition's event log.
    public let position: LogPosition
    /// Its stream, of which it is the only event.
    public let stream: StreamID
    /// What was recorded, when, and because of what.
    public let fact: ValueFact
    /// What else the envelope says.
    public let context: EnvelopeContext
    /// The client's metadata.
    public let metadata: MetadataSlot
    /// The hash of the event.
    public let hash: Digest

    /// What reading the stored event back would give, without reading it back.
    public init(_ stored: StoredEvent, fact: ValueFact, context: EnvelopeContext) {
        partition = stored.partition
        position = stored.position
        stream = stored.stream
        self.fact = fact
        self.context = context
        metadata = stored.metadata
        hash = stored.hash
    }
}
