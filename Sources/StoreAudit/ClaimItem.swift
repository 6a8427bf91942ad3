// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// An idempotency claim as both the claims' table and the facts tell it (SPEC 3, Idempotency).
struct ClaimItem: Hashable, Sendable {
    let scope: ClaimMark
    let eventID: EventID
    let position: IngestPosition
    let receivedAt: Timestamp

    init(_ claim: StoredClaim) {
        scope = claim.scope
        eventID = claim.receipt.eventID
        position = claim.receipt.position
        receivedAt = claim.receipt.receivedAt
    }

    /// The claim that a signal's record must hold; nil when it has no key.
    init?(_ signal: Signal, on stream: StreamID) {
        guard let key = signal.idempotencyKey else { return nil }
        scope = ClaimMark(IdempotencyClaim.scope(of: key, on: stream.key, account: stream.account))
        eventID = signal.eventID
        position = signal.position
        receivedAt = signal.receivedAt
    }

    /// The claim that a record of delivered value must hold; nil when it has no key.
    init?(_ fact: ValueFact, account: AccountID) {
        guard let key = fact.idempotencyKey, let author = fact.cause.author else { return nil }
        scope = ClaimMark(
            IdempotencyClaim.scope(ofValueKey: key, author: author, account: account)
        )
        eventID = fact.cause.eventID
        position = fact.cause.position
        receivedAt = fact.time
    }

    /// The claim of the record that an event is the first to tell of; nil when it has none.
    init?(of event: StoredEvent) {
        switch event.stream.kind {
        case .outcome:
            guard let fact = try? OutcomeEventSchema.fact(from: event),
                let signal = fact.event.ownSignal(of: fact.cause)
            else { return nil }
            self.init(signal, on: event.stream)
        case .value:
            guard let fact = try? ValueEventSchema.fact(from: event) else { return nil }
            self.init(fact, account: event.stream.account)
        case .catalog:
            return nil
        }
    }

    var bytes: [UInt8] {
        var bytes = scope.bytes
        bytes += eventID.bytes
        bytes.append(bigEndian: position.value)
        bytes.append(bigEndian: receivedAt.microseconds)
        return bytes
    }
}
