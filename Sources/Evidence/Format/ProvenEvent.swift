// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// A stored event with what leads from it to the root of its partition's checkpoint.
public struct ProvenEvent: Hashable, Sendable {
    /// The event, byte for byte as it is stored.
    public let event: StoredEvent
    /// The roots beside the way from its leaf to the root, from below.
    public let proof: [Digest]

    /// Puts the pair together.
    public init(event: StoredEvent, proof: [Digest]) {
        self.event = event
        self.proof = proof
    }
}

extension ProvenEvent {
    /// Writes the members of the line; false when a part that has to be text is none.
    func write(to writer: inout JSONWriter) -> Bool {
        guard let header = Text(utf8: event.header), let body = Text(utf8: event.body),
            let envelope = Text(utf8: event.envelope)
        else { return false }
        writer.member("version", event.version)
        writer.member("position", Int(event.position.value))
        if let eventID = event.eventID { writer.member("event_id", eventID.description) }
        writer.member("header", header)
        writer.member("body", body)
        writer.member("enc", event.metadata.encryption)
        writer.member("key_id", Base64URL.encode(event.metadata.keyID))
        writer.member("metadata", Base64URL.encode(event.metadata.bytes))
        writer.member("envelope", envelope)
        writer.member("previous", event.previous.hex)
        writer.member("hash", event.hash.hex)
        writer.member("proof", proof.map(\.hex).joined())
        return true
    }
}

/// An event line as read: the event, and its proof as it stands in the line.
struct EventLine {
    let event: StoredEvent
    /// Hexadecimal digits, 64 for each hash.
    let proof: UnsafeBufferPointer<UInt8>

    init(
        _ reader: inout LineReader,
        stream: StreamID,
        partition: Partition
    ) throws(LineFault) {
        try reader.name("version")
        let version = try reader.integer()
        try reader.name("position")
        let position = try reader.integer()
        var eventID: EventID?
        if stream.kind == .outcome {
            try reader.name("event_id")
            eventID = EventID(written: try reader.plain())
            guard eventID != nil else { throw reader.fault() }
        }
        try reader.name("header")
        let header = try reader.bytes()
        try reader.name("body")
        let body = try reader.bytes()
        try reader.name("enc")
        let encryption = try reader.integer()
        guard encryption <= UInt8.max else { throw reader.fault() }
        try reader.name("key_id")
        let keyID = try reader.base64()
        guard keyID.count <= UInt16.max else { throw reader.fault() }
        try reader.name("metadata")
        let metadata = try reader.base64()
        try reader.name("envelope")
        let envelope = try reader.bytes()
        try reader.name("previous")
        let previous = try reader.digest()
        try reader.name("hash")
        let hash = try reader.digest()
        try reader.name("proof")
        proof = try reader.plain()
        guard proof.count.isMultiple(of: 2 * Digest.byteCount) else { throw reader.fault() }
        event = StoredEvent(
            partition: partition,
            position: LogPosition(Int64(position)),
            stream: stream,
            version: version,
            eventID: eventID,
            header: header,
            body: body,
            metadata: MetadataSlot(encryption: encryption, keyID: keyID, bytes: metadata),
            envelope: envelope,
            previous: previous,
            hash: hash
        )
    }
}
