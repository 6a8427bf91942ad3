// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// A request to make a customer's metadata unreadable: a record of the ingest log, which this says
/// all of, since records go once they are processed (SPEC 3).
public struct PersonalDataErasure: Hashable, Sendable {
    /// Whose metadata; the catalog need not know the customer.
    public let customer: CustomerKey
    /// The record's place in the ingest log.
    public let position: IngestPosition
    /// The record's id.
    public let eventID: EventID
    /// The record's time.
    public let requestedAt: Timestamp
    /// Why, if they said.
    public let reason: Text?

    /// Puts a request together.
    public init(
        customer: CustomerKey,
        position: IngestPosition,
        eventID: EventID,
        requestedAt: Timestamp,
        reason: Text?
    ) {
        self.customer = customer
        self.position = position
        self.eventID = eventID
        self.requestedAt = requestedAt
        self.reason = reason
    }
}

/// An erasure with the change that took note of it, whose author is who asked.
public struct RecordedErasure: Hashable, Sendable {
    /// What was asked.
    public let request: PersonalDataErasure
    /// The change.
    public let stamp: ChangeStamp
}

extension Catalog {
    /// The erasures of a customer's personal data, oldest first.
    ///
    /// Their number is the generation of the key that the customer's metadata is sealed with now;
    /// the erasure at an index has closed the generation of that number.
    public func erasures(of customer: CustomerKey) -> [RecordedErasure] {
        erasureTable[customer] ?? []
    }

    /// A record is processed again after a crash: it is taken note of once.
    func erase(_ erasure: PersonalDataErasure) -> [CatalogEvent] {
        let isKnown = erasures(of: erasure.customer).contains {
            $0.request.eventID == erasure.eventID
        }
        return isKnown ? [] : [.personalDataErased(erasure)]
    }
}
