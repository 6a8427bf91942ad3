// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import EventStore
public import ExactValues

/// The written form of catalog changes; see `OutcomeEventSchema` for what holds of both.
public enum CatalogEventSchema {
    /// The schema version that is written, of every type.
    private static let schema = 1

    /// The name of an event's type, as it is stored.
    public static func typeName(of event: CatalogEvent) -> String {
        CatalogEventType(event).rawValue
    }

    /// Forms the event that is to be stored; it has no event id and no metadata.
    ///
    /// - Parameters:
    ///   - event: The change.
    ///   - time: When it happened.
    ///   - author: Who brought it about.
    ///   - account: Whose catalog it is.
    ///   - version: The account's next catalog version, from 1.
    ///   - partition: Where catalog streams lie.
    ///   - position: The event's place there.
    ///   - context: What else the envelope says.
    ///   - previous: The hash of the version before; 32 zero bytes at version 1.
    /// - Returns: The event, hashed.
    public static func store(
        event: CatalogEvent,
        time: Timestamp,
        author: Author,
        account: AccountID,
        version: Int,
        partition: Partition,
        position: LogPosition,
        context: EnvelopeContext,
        previous: Digest
    ) -> StoredEvent {
        let stream = StreamID.catalog(account)
        let header = EventHeader<CatalogEventType, Author>.write(
            stream: stream,
            version: version,
            type: CatalogEventType(event),
            schema: schema,
            time: time
        ) { writer in
            writer.put("\"author\":", author.text)
        }
        let body = CatalogEventBody.write(event)
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
            eventID: nil,
            header: header,
            body: body,
            metadata: .empty,
            envelope: envelope,
            previous: previous,
            hash: StoredEvent.hash(
                previous: previous,
                header: header,
                body: body,
                metadata: .empty,
                envelope: envelope
            )
        )
    }

    /// The id of the request that a stored change has recorded; nil where there is none.
    ///
    /// Nor is there one where the envelope cannot be read: what a change says does not rest on it, and
    /// an audit tells of such an envelope.
    public static func request(behind stored: StoredEvent) -> String? {
        stored.withContent { content in
            try? EventEnvelope.read(content, type: "").request
        }
    }

    /// Reads the fact, without a request; neither envelope nor hash is looked at.
    ///
    /// - Throws: `SchemaError` when header or body are not the form of any schema version there has
    ///   been, or when the header contradicts the stored event's own place.
    public static func fact(from stored: StoredEvent) throws(SchemaError) -> CatalogFact {
        try stored.withContent { content throws(SchemaError) in
            let header = try EventHeader<CatalogEventType, Author>(
                content,
                kind: ",\"kind\":\"catalog\",\"key\":"
            ) { reader throws(WrittenFault) in
                try reader.expect("\"author\":")
                return Author(text: try reader.text())
            }
            var names: WrittenNames?
            let event = try header.body(of: content, &names) { reader throws(WrittenFault) in
                try CatalogEventBody.read(header.type, schema: header.schema, &reader)
            }
            return CatalogFact(
                event: event,
                version: content.version,
                time: header.time,
                author: header.cause
            )
        }
    }
}
