// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// A record of delivered value as it waits in the ingest log (SPEC 7).
public struct ValuePayload: Hashable, Sendable {
    /// The key of the stream it makes.
    public let stream: Text
    /// Who recorded it.
    public let author: Text
    /// What was recorded.
    public let value: DeliveredValue
    /// The client's idempotency key, when given.
    public let idempotencyKey: Text?
    /// The client's metadata as one canonical JSON object, plain; empty when there is none.
    public let metadata: MetadataSlot

    /// Puts a payload together.
    ///
    /// That `metadata` is canonical JSON is the caller's duty.
    public init(
        stream: Text,
        author: Text,
        value: DeliveredValue,
        idempotencyKey: Text? = nil,
        metadata: [UInt8] = []
    ) {
        self.stream = stream
        self.author = author
        self.value = value
        self.idempotencyKey = idempotencyKey
        self.metadata = metadata.isEmpty ? .empty : .plain(metadata)
    }

    /// SHA-256 over what is compared when a key comes again: every field but the key itself, who
    /// recorded it and the stream, which are in the claim's scope or follow from it.
    ///
    /// Kept for ever beside the key, so its form never changes.
    public var fieldsDigest: Digest {
        var writer = WrittenWriter(reserving: 512)
        writer.put("{")
        value.write(to: &writer)
        metadata.write(to: &writer)
        writer.put("}")
        return Digest.sha256(writer.bytes)
    }
}

extension IdempotencyClaim {
    /// What an idempotency key of a record is unique in: account and caller.
    ///
    /// It is claimed on the outcome key that no outcome has.
    public static func scope(
        ofValueKey key: Text,
        author: Text,
        account: AccountID
    ) -> Digest {
        scope(of: Text("value \(author) \(key)"), on: "", account: account)
    }

    /// The key of the stream that a record with this claim makes: the first half of the scope.
    public static func valueStream(of scope: Digest) -> Text {
        Text(String(scope.hex.prefix(ClaimMark.byteCount * 2)))
    }
}

// MARK: Written form

extension ValuePayload {
    func write(to writer: inout WrittenWriter) {
        writer.put(",\"stream\":", stream)
        writer.put(",\"author\":", author)
        writer.put(",")
        value.write(to: &writer)
        if let idempotencyKey { writer.put(",\"idempotency_key\":", idempotencyKey) }
        metadata.write(to: &writer)
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect(",\"stream\":")
        stream = try reader.text()
        try reader.expect(",\"author\":")
        author = try reader.text()
        try reader.expect(",")
        value = try DeliveredValue(&reader)
        idempotencyKey = reader.accept(",\"idempotency_key\":") ? try reader.text() : nil
        metadata = try MetadataSlot(&reader)
    }
}

extension DeliveredValue {
    func write(to writer: inout WrittenWriter) {
        writer.put("\"outcome_type\":", kind.rawValue)
        writer.put(",\"title\":", title.text)
        if let description { writer.put(",\"description\":", description.text) }
        if let usd { writer.put(",\"value_usd\":", usd) }
        if let agent { writer.put(",\"agent_id\":", agent) }
        if let user { writer.put(",\"user_id\":", user) }
    }

    init(_ reader: inout WrittenReader) throws(WrittenFault) {
        let start = reader.position
        try reader.expect("\"outcome_type\":")
        let kind = ValueKind(rawValue: try reader.text().string)
        try reader.expect(",\"title\":")
        let title = ValueTitle(try reader.text())
        var description: ValueDescription?
        if reader.accept(",\"description\":") {
            let place = reader.position
            description = ValueDescription(try reader.text())
            guard description != nil else { throw reader.fault(.invalidValue, at: place) }
        }
        let usd = reader.accept(",\"value_usd\":") ? try reader.amount() : nil
        let agent = reader.accept(",\"agent_id\":") ? try reader.integer() : nil
        let user = reader.accept(",\"user_id\":") ? try reader.integer() : nil
        guard let kind, let title,
            let value = DeliveredValue(
                kind: kind,
                title: title,
                description: description,
                usd: usd,
                agent: agent,
                user: user
            )
        else { throw reader.fault(.invalidValue, at: start) }
        self = value
    }
}
