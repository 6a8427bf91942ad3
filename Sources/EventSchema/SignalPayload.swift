// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// An accepted event as it waits in the ingest log: what the client sent, validated (SPEC 3).
public struct SignalPayload: Hashable, Sendable {
    /// The outcome it is for.
    public let key: OutcomeKey
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
    /// The signal's own end of the window, as the client gave it.
    public let settlesAt: Timestamp?
    /// When it happened, as the client says.
    public let occurredAt: Timestamp?
    /// The client's idempotency key, when given.
    public let idempotencyKey: Text?
    /// The other properties as one canonical JSON object, plain until they are sealed; empty when
    /// there are none.
    public private(set) var metadata: MetadataSlot

    /// Puts a payload together, its metadata plain.
    ///
    /// That `metadata` is canonical JSON is the caller's duty.
    public init(
        key: OutcomeKey,
        action: Action,
        customer: CustomerKey,
        agent: Slug? = nil,
        value: SignalValue? = nil,
        attribution: Decimal? = nil,
        settlesAt: Timestamp? = nil,
        occurredAt: Timestamp? = nil,
        idempotencyKey: Text? = nil,
        metadata: [UInt8] = []
    ) {
        self.key = key
        self.action = action
        self.customer = customer
        self.agent = agent
        self.value = value
        self.attribution = attribution
        self.settlesAt = settlesAt
        self.occurredAt = occurredAt
        self.idempotencyKey = idempotencyKey
        self.metadata = metadata.isEmpty ? .empty : .plain(metadata)
    }

    /// The same with its metadata in this slot.
    public func sealed(in slot: MetadataSlot) -> SignalPayload {
        var sealed = self
        sealed.metadata = slot
        return sealed
    }

    /// SHA-256 over what is compared when a key comes again, but for the metadata: every field but
    /// the outcome key, which is in the claim's scope, and the idempotency key itself (SPEC 3,
    /// Idempotency).
    ///
    /// Kept for ever beside the key, so its form never changes.
    public var fieldsDigest: Digest {
        var writer = WrittenWriter(reserving: 256)
        writer.put("{\"action\":", action.text)
        writeFields(to: &writer, idempotencyKey: nil)
        writer.put("}")
        return Digest.sha256(writer.bytes)
    }
}

// MARK: Written form

extension SignalPayload {
    func write(to writer: inout WrittenWriter) {
        writer.put(",\"key\":", key.text)
        writer.put(",\"action\":", action.text)
        writeFields(to: &writer, idempotencyKey: idempotencyKey)
        metadata.write(to: &writer)
    }

    /// The fields after the action, without the metadata.
    private func writeFields(to writer: inout WrittenWriter, idempotencyKey: Text?) {
        writer.put(",\"customer_key\":", customer.text)
        if let agent { writer.put(",\"agent_key\":", agent.text) }
        if let value { writer.put(",\"value\":", value) }
        if let attribution { writer.put(",\"attribution\":", attribution) }
        if let settlesAt { writer.put(",\"settles_at\":", settlesAt) }
        if let occurredAt { writer.put(",\"occurred_at\":", occurredAt) }
        if let idempotencyKey { writer.put(",\"idempotency_key\":", idempotencyKey) }
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect(",\"key\":")
        key = try reader.outcomeKey()
        try reader.expect(",\"action\":")
        action = try reader.action()
        try reader.expect(",\"customer_key\":")
        customer = try reader.customerKey()
        agent = reader.accept(",\"agent_key\":") ? try reader.slug() : nil
        value = reader.accept(",\"value\":") ? try reader.signalValue() : nil
        attribution = reader.accept(",\"attribution\":") ? try reader.attribution() : nil
        settlesAt = reader.accept(",\"settles_at\":") ? try reader.timestamp() : nil
        occurredAt = reader.accept(",\"occurred_at\":") ? try reader.timestamp() : nil
        idempotencyKey = reader.accept(",\"idempotency_key\":") ? try reader.text() : nil
        metadata = try MetadataSlot(&reader)
    }
}
