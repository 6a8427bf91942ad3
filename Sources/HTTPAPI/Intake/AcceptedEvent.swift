// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit

/// An event that is durable, or was before (SPEC 3, Idempotency).
struct AcceptedEvent {
    let event: EventBody
    let receipt: IngestReceipt
    let isDuplicate: Bool
    let hasBodyConflict: Bool

    /// - Throws: When it was refused because its own `settles_at` lies too far ahead, or could not be
    ///   written.
    init(_ event: EventBody, _ result: IngestResult) throws(APIError) {
        self.event = event
        switch result {
        case .accepted(let receipt):
            self.receipt = receipt
            isDuplicate = false
            hasBodyConflict = false
        case .duplicate(let receipt, let bodyConflict):
            self.receipt = receipt
            isDuplicate = true
            hasBodyConflict = bodyConflict
        case .refused:
            throw .invalid("properties.settles_at", "is more than 180 days after received_at")
        case .failed(let error):
            throw APIError(error)
        case .outdated:
            throw APIError(StoreError(.unavailable))
        }
    }

    /// Whether the event's own `settles_at` had passed: it counts as `received_at`.
    var isDueAtOnce: Bool {
        guard let settlesAt = event.payload.settlesAt else { return false }
        return settlesAt < receipt.receivedAt
    }
}

extension JSONWriter {
    /// The answer to one accepted event.
    ///
    /// `status` is the item's in a batch, nil for a single event.
    mutating func acceptedEvent(_ accepted: AcceptedEvent, status: Int?) {
        beginObject()
        if let status { member("status", status) }
        member("event_id", accepted.receipt.eventID.description)
        member("key", accepted.event.payload.key.text)
        member("received_at", accepted.receipt.receivedAt)
        member("duplicate", accepted.isDuplicate)
        member("body_conflict", accepted.hasBodyConflict)
        name("ignored")
        beginArray()
        for name in accepted.event.ignored {
            text(name)
        }
        endArray()
        name("warnings")
        beginArray()
        if accepted.isDueAtOnce {
            fieldError(
                FieldError(
                    field: "properties.settles_at",
                    message: "is in the past and counts as received_at"
                )
            )
        }
        endArray()
        member("position", ReadToken(accepted.receipt).text)
        endObject()
    }
}
