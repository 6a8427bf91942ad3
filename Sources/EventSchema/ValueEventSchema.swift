// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues
public import OutcomeDomain

/// The written form of delivered value; see `OutcomeEventSchema` for what holds of both.
public enum ValueEventSchema {
    /// The schema version that is written.
    private static let schema = 1
    /// Every stream of this kind has one event (ADR 0038).
    public static let onlyVersion = 1

    /// Forms the event that is to be stored: the only one of its stream.
    ///
    /// - Parameters:
    ///   - fact: What happened.
    ///   - stream: The record's stream.
    ///   - partition: The partition it lies in.
    ///   - position: The event's place there.
    ///   - metadata: The client's metadata.
    ///   - context: What else the envelope says.
    /// - Returns: The event, whose `eventID` is that of the record.
    public static func store(
        _ fact: ValueFact,
        stream: StreamID,
        partition: Partition,
        position: LogPosition,
        metadata: MetadataSlot,
        context: EnvelopeContext
    ) -> StoredEvent {
        let header = EventHeader<ValueEventType, Cause>.write(
            stream: stream,
            version: onlyVersion,
            type: .valueDelivered,
            schema: schema,
            time: fact.time
        ) { writer in
            fact.cause.write(to: &writer)
        }
        var body = WrittenWriter(reserving: 512)
        body.put("{")
        fact.value.write(to: &body)
        if let key = fact.idempotencyKey { body.put(",\"idempotency_key\":", key) }
        body.put("}")
        let envelope = EventEnvelope.write(
            partition: partition,
            position: position,
            context: context
        )
        return StoredEvent(
            partition: partition,
            position: position,
            stream: stream,
            version: onlyVersion,
            eventID: fact.cause.eventID,
            header: header,
            body: body.bytes,
            metadata: metadata,
            envelope: envelope,
            previous: .zero,
            hash: StoredEvent.hash(
                previous: .zero,
                header: header,
                body: body.bytes,
                metadata: metadata,
                envelope: envelope
            )
        )
    }

    /// Reads the fact; neither envelope nor hash is looked at.
    ///
    /// - Throws: `SchemaError` when header or body are not the form of any schema version there has
    ///   been, or when the header contradicts the stored event's own place.
    public static func fact(from stored: StoredEvent) throws(SchemaError) -> ValueFact {
        try stored.withContent { content throws(SchemaError) in try fact(from: content) }
    }

    private static func fact(from content: EventContent) throws(SchemaError) -> ValueFact {
        let header = try EventHeader<ValueEventType, Cause>(
            content,
            kind: ",\"kind\":\"value\",\"key\":"
        ) { reader throws(WrittenFault) in
            try Cause(&reader)
        }
        var names: WrittenNames?
        let (value, key) = try header.body(of: content, &names) { reader throws(WrittenFault) in
            guard header.schema == Self.schema else { throw reader.fault(.unknownSchema) }
            let value = try DeliveredValue(&reader)
            let key = reader.accept(",\"idempotency_key\":") ? try reader.text() : nil
            return (value, key)
        }
        return ValueFact(value: value, idempotencyKey: key, time: header.time, cause: header.cause)
    }

    /// Reads the fact with everything recorded about it.
    ///
    /// - Throws: As `fact(from:)`, and for the envelope.
    public static func recorded(from stored: StoredEvent) throws(SchemaError) -> RecordedValue {
        try stored.withContent { content throws(SchemaError) in
            let fact = try fact(from: content)
            let context = try EventEnvelope.read(
                content,
                type: ValueEventType.valueDelivered.rawValue
            )
            return RecordedValue(stored, fact: fact, context: context)
        }
    }

    /// Reads an event and writes what it says anew; see `EventReform`.
    ///
    /// - Throws: As `recorded(from:)`.
    public static func reform(
        _ stored: StoredEvent
    ) throws(SchemaError) -> EventReform<RecordedValue> {
        let recorded = try recorded(from: stored)
        let formed = store(
            recorded.fact,
            stream: stored.stream,
            partition: stored.partition,
            position: stored.position,
            metadata: stored.metadata,
            context: recorded.context
        )
        return EventReform(fact: recorded, formed: formed)
    }
}

/// The types of events on a stream of delivered value.
enum ValueEventType: String, WrittenType {
    case valueDelivered = "value_delivered"

    var written: StaticString { "\"value_delivered\"" }
}
