// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// Reads facts of outcomes one after the other: names that come again are made once.
public struct OutcomeFactReader: Sendable {
    private var names: WrittenNames?

    /// Has read nothing yet.
    ///
    /// `remembersNames`: Worth it where many facts are read.
    public init(remembersNames: Bool = true) { names = remembersNames ? WrittenNames() : nil }

    /// Reads the fact; the envelope is not looked at, nor is the hash.
    ///
    /// - Throws: `SchemaError` when header or body are not the form of any schema version there has
    ///   been, or when the header contradicts the event's own place.
    public mutating func fact(from content: EventContent) throws(SchemaError) -> OutcomeFact {
        let header = try OutcomeEventSchema.header(of: content)
        return try OutcomeEventSchema.fact(from: content, header, &names)
    }

    /// Reads the fact with everything recorded about it.
    ///
    /// - Throws: As `fact(from:)`, and for the envelope.
    public mutating func recorded(from stored: StoredEvent) throws(SchemaError) -> RecordedFact {
        try stored.withContent { content throws(SchemaError) in
            let header = try OutcomeEventSchema.header(of: content)
            let fact = try OutcomeEventSchema.fact(from: content, header, &names)
            let context = try EventEnvelope.read(content, type: header.type.rawValue)
            return RecordedFact(stored, fact: fact, context: context)
        }
    }

    /// When an event was written, from the beginning of its envelope.
    ///
    /// - Throws: `SchemaError` when it does not begin as an envelope, or names another place.
    public static func recordedAt(of content: EventContent) throws(SchemaError) -> Timestamp {
        try EventEnvelope.recordedAt(of: content)
    }
}
