// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
public import ExactValues
public import OutcomeDomain

/// What journeys are asked for by.
public enum JourneyQuery: Hashable, Sendable {
    /// Everything that a request brought about.
    case request(String)
    /// Everything that the requests of a W3C trace brought about.
    case trace(TraceID)
    /// The events with this idempotency key; on one outcome it is found at once, also while it waits.
    case idempotencyKey(Text, on: OutcomeKey?)
    /// The signals that were applied to the outcome which a posting books.
    case posting(PostingID)
}
