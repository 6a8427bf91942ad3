// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import EventStore
public import ExactValues

extension CatalogEventSchema {
    /// Reads an event of a catalog and writes what it says anew; see `EventReform`.
    ///
    /// `previous`: The hash of the version before, as the caller knows it.
    /// - Throws: As `fact(from:)`, and for the envelope.
    public static func reform(
        _ stored: StoredEvent,
        previous: Digest
    ) throws(SchemaError) -> EventReform<CatalogFact> {
        let fact = try fact(from: stored)
        let type = CatalogEventType(fact.event).rawValue
        let context = try stored.withContent { content throws(SchemaError) in
            try EventEnvelope.read(content, type: type)
        }
        let formed = store(
            event: fact.event,
            time: fact.time,
            author: fact.author,
            account: stored.stream.account,
            version: stored.version,
            partition: stored.partition,
            position: stored.position,
            context: context,
            previous: previous
        )
        return EventReform(fact: fact, formed: formed)
    }
}
