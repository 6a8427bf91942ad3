// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain

/// A validated record of delivered value on its way into the ingest log (SPEC 7).
public struct ValueSubmission: Sendable {
    /// What is recorded.
    public let value: DeliveredValue
    /// The client's metadata as one canonical JSON object; empty when there is none.
    public let metadata: [UInt8]
    /// What makes a retry safe, if given: unique by account and author.
    public let idempotencyKey: Text?
    /// The W3C trace context it came with, if any.
    public let trace: String?
    /// The id of the request it came with, if any.
    public let request: String?

    /// Puts a submission together.
    ///
    /// That `metadata` is canonical JSON is the caller's duty.
    public init(
        value: DeliveredValue,
        metadata: [UInt8],
        idempotencyKey: Text?,
        trace: String?,
        request: String?
    ) {
        self.value = value
        self.metadata = metadata
        self.idempotencyKey = idempotencyKey
        self.trace = trace
        self.request = request
    }
}

extension Intake {
    /// Accepts a record of delivered value, durable on return.
    ///
    /// - Returns: Accepted, or a duplicate of what came under the same key before.
    /// - Throws: When it was not accepted; trying again is safe with an idempotency key.
    public func record(
        _ submission: ValueSubmission,
        as principal: Principal
    ) async throws(IntakeError) -> IngestResult {
        let author = principal.author.text
        let scope = submission.idempotencyKey.map {
            IdempotencyClaim.scope(ofValueKey: $0, author: author, account: principal.account)
        }
        let payload = ValuePayload(
            stream: scope.map(IdempotencyClaim.valueStream) ?? Self.anyValueStream(),
            author: author,
            value: submission.value,
            idempotencyKey: submission.idempotencyKey,
            metadata: submission.metadata
        )
        let claim = scope.map { IdempotencyClaim(scope: $0, body: payload.fieldsDigest) }
        let results = try await append(1, as: principal) { _, principal, now in
            draft(
                .value(payload),
                key: payload.stream,
                as: principal,
                now: now,
                claim: claim,
                trace: submission.trace,
                request: submission.request
            )
        }
        switch results.first {
        case .accepted?, .duplicate?: return results[0]
        case .failed(let error)?: throw .store(error)
        case .refused?, .outdated?, nil:
            throw .store(StoreError(.unavailable, detail: "a record was not accepted"))
        }
    }

    /// A key that no other stream has: 128 random bits.
    private static func anyValueStream() -> Text {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt64.random(in: .min ... .max))
        bytes.append(bigEndian: UInt64.random(in: .min ... .max))
        return Text(Hex.encode(bytes))
    }
}
