// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// That value was delivered: what a record has become, the only fact of its stream (ADR 0038).
///
/// Time and cause are the same on every run: they belong to the stored header.
public struct ValueFact: Hashable, Sendable {
    /// What was recorded.
    public let value: DeliveredValue
    /// The client's idempotency key, when given.
    public let idempotencyKey: Text?
    /// When it was received.
    public let time: Timestamp
    /// The ingest record that brought it about.
    public let cause: Cause

    /// Puts the fact together.
    public init(value: DeliveredValue, idempotencyKey: Text?, time: Timestamp, cause: Cause) {
        self.value = value
        self.idempotencyKey = idempotencyKey
        self.time = time
        self.cause = cause
    }
}
