// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
public import EventStore
public import ExactValues
import OutcomeDomain

/// An event that was read, and what this program writes for what it says.
///
/// Where the two are the same to the byte, the event is in its canonical form, at its place, and
/// chained to `previous` by its hash.
public struct EventReform<Fact: Sendable>: Sendable {
    /// What the event says.
    public let fact: Fact
    /// The same written anew, after `previous`; place, version and metadata are the event's own.
    public let formed: StoredEvent
}

extension OutcomeFactReader {
    /// Reads an event and writes what it says anew.
    ///
    /// `previous`: The hash of the version before, as the caller knows it.
    /// - Throws: As `recorded(from:)`.
    public mutating func reform(
        _ stored: StoredEvent,
        previous: Digest
    ) throws(SchemaError) -> EventReform<RecordedFact> {
        let recorded = try recorded(from: stored)
        let formed = OutcomeEventSchema.store(
            recorded.fact,
            stream: stored.stream,
            version: stored.version,
            partition: stored.partition,
            position: stored.position,
            metadata: stored.metadata,
            context: recorded.context,
            previous: previous
        )
        return EventReform(fact: recorded, formed: formed)
    }
}
