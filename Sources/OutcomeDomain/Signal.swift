// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What a condition reads: `properties.value` (SPEC 3).
public enum SignalValue: Hashable, Sendable {
    /// A JSON string.
    case string(Text)
    /// A JSON number, compared as a decimal: 4 equals 4.0.
    case number(Decimal)
    /// A JSON boolean.
    case boolean(Bool)
}

/// One accepted event, as the domain sees it (SPEC 3).
public struct Signal: Hashable, Sendable {
    /// The event's id.
    public let eventID: EventID
    /// Its place in the partition's ingest log; orders the signals of a key.
    public let position: IngestPosition
    /// The time it is judged at (SPEC 4, Time 1).
    public let receivedAt: Timestamp
    /// What happened.
    public let action: Action
    /// Whose outcome it is.
    public let customer: CustomerKey
    /// The agent, when the client named one.
    public let agent: Slug?
    /// What conditions read, when given.
    public let value: SignalValue?
    /// What billing reads, when given: a number >= 0.
    public let attribution: Decimal?
    /// The signal's own end of the window, when given; never before `receivedAt`.
    public let settlesAt: Timestamp?
    /// When it happened, as the client says; not judged.
    public let occurredAt: Timestamp?
    /// The client's idempotency key, when given.
    public let idempotencyKey: Text?

    /// Puts a signal together.
    ///
    /// A `settlesAt` before `receivedAt` counts as `receivedAt`: due at once (SPEC 3).
    public init(
        eventID: EventID,
        position: IngestPosition,
        receivedAt: Timestamp,
        action: Action,
        customer: CustomerKey,
        agent: Slug? = nil,
        value: SignalValue? = nil,
        attribution: Decimal? = nil,
        settlesAt: Timestamp? = nil,
        occurredAt: Timestamp? = nil,
        idempotencyKey: Text? = nil
    ) {
        self.eventID = eventID
        self.position = position
        self.receivedAt = receivedAt
        self.action = action
        self.customer = customer
        self.agent = agent
        self.value = value
        self.attribution = attribution
        self.settlesAt = settlesAt.map { max($0, receivedAt) }
        self.occurredAt = occurredAt
        self.idempotencyKey = idempotencyKey
    }
}
