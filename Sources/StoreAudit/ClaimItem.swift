// SPDX-License-Identifier: Apache-2.0

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

    var bytes: [UInt8] {
        var bytes = scope.bytes
        bytes += eventID.bytes
        bytes.append(bigEndian: position.value)
        bytes.append(bigEndian: receivedAt.microseconds)
        return bytes
    }
}
