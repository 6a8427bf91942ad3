// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// The written form of the events of outcomes: JSON with an explicit type and schema version.
///
/// Members have a fixed order and optional ones are left out, so one fact has one form: header and
/// body are the same on every run. What was written once is read for ever; golden files hold this
/// to its word.
public enum OutcomeEventSchema {
    /// The schema version that is written, of every type.
    private static let schema = 1

    /// The name of an event's type, as it is stored.
    public static func typeName(of event: OutcomeEvent) -> String {
        OutcomeEventType(event).rawValue
    }

    /// Forms the event that is to be stored.
    ///
    /// - Parameters:
    ///   - fact: What happened.
    ///   - stream: The outcome's stream.
    ///   - version: Its next version, from 1.
    ///   - partition: The partition it lies in.
    ///   - position: The event's place there.
    ///   - metadata: The client's metadata, for the first fact about its signal; else empty.
    ///   - context: What else the envelope says.
    ///   - previous: The hash of the version before; 32 zero bytes at version 1.
    /// - Returns: The event, whose `eventID` is that of the signal or dead letter the fact is
    ///   about; for an opening or a settlement that of the record which caused it.
    public static func store(
        _ fact: OutcomeFact,
        stream: StreamID,
        version: Int,
        partition: Partition,
        position: LogPosition,
        metadata: MetadataSlot,
        context: EnvelopeContext,
        previous: Digest
    ) -> StoredEvent {
        let header = EventHeader<OutcomeEventType, Cause>.write(
            stream: stream,
            version: version,
            type: OutcomeEventType(fact.event),
            schema: schema,
            time: fact.time
        ) { writer in
            fact.cause.write(to: &writer)
        }
        let body = OutcomeEventBody.write(fact.event)
        let envelope = EventEnvelope.write(
            partition: partition,
            position: position,
            context: context
        )
        return StoredEvent(
            partition: partition,
            position: position,
            stream: stream,
            version: version,
            eventID: fact.subject,
            header: header,
            body: body,
            metadata: metadata,
            envelope: envelope,
            previous: previous,
            hash: StoredEvent.hash(
                previous: previous,
                header: header,
                body: body,
                metadata: metadata,
                envelope: envelope
            )
        )
    }

    /// Reads the fact; the envelope is not looked at, nor is the hash: see `computedHash`.
    ///
    /// - Throws: `SchemaError` when header or body are not the form of any schema version there has
    ///   been, or when the header contradicts the stored event's own place.
    public static func fact(from stored: StoredEvent) throws(SchemaError) -> OutcomeFact {
        try stored.withContent { content throws(SchemaError) in
            var names: WrittenNames?
            return try fact(from: content, try header(of: content), &names)
        }
    }

    /// Reads the fact with everything recorded about it.
    ///
    /// - Throws: As `fact(from:)`, and for the envelope.
    public static func recorded(from stored: StoredEvent) throws(SchemaError) -> RecordedFact {
        var reader = OutcomeFactReader(remembersNames: false)
        return try reader.recorded(from: stored)
    }

    static func header(
        of content: EventContent
    ) throws(SchemaError) -> EventHeader<OutcomeEventType, Cause> {
        try EventHeader(content, kind: ",\"kind\":\"outcome\",\"key\":") {
            reader throws(WrittenFault) in
            try Cause(&reader)
        }
    }

    static func fact(
        from content: EventContent,
        _ header: EventHeader<OutcomeEventType, Cause>,
        _ names: inout WrittenNames?
    ) throws(SchemaError) -> OutcomeFact {
        let event = try header.body(of: content, &names) { reader throws(WrittenFault) in
            try OutcomeEventBody.read(header.type, schema: header.schema, &reader)
        }
        return OutcomeFact(event: event, time: header.time, cause: header.cause)
    }
}

// MARK: Pieces

extension OutcomeFact {
    /// The accepted event that a fact is about.
    fileprivate var subject: EventID {
        switch event {
        case .opened, .settled: cause.eventID
        case .signalApplied(let applied): applied.signal.eventID
        case .signalDeadLettered(let letter): letter.signal.eventID
        case .signalRedriven(let redriven): redriven.eventID
        case .signalDiscarded(let discarded): discarded.eventID
        }
    }
}

extension Cause {
    func write(to writer: inout WrittenWriter) {
        writer.put("\"position\":", position.value)
        writer.put(",\"event_id\":", eventID)
        if let author { writer.put(",\"author\":", author) }
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"position\":")
        let position = IngestPosition(try reader.integer())
        try reader.expect(",\"event_id\":")
        let eventID = try reader.eventID()
        let author = reader.accept(",\"author\":") ? try reader.text() : nil
        self.init(position: position, eventID: eventID, author: author)
    }
}
