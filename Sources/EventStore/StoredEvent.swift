// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// An event as it is stored for ever: four blobs, chained by hashes over these very bytes.
///
/// `hash` = SHA-256(previous, H(header), H(body), H(metadata slot), H(envelope)), where H is
/// SHA-256 and `previous` is the hash of the stream's version before, 32 zero bytes at version 1.
/// Header and body are the same on every run; the envelope differs from run to run.
public struct StoredEvent: Hashable, Sendable {
    /// The partition it lies in.
    public let partition: Partition
    /// Its place in the partition's event log.
    public let position: LogPosition
    /// Its stream.
    public let stream: StreamID
    /// Its place in the stream, from 1 without gaps.
    public let version: Int
    /// The id of the accepted event behind it; nil for catalog changes and advances.
    public let eventID: EventID?
    /// Account, stream, version, type, schema version, logical time and cause, as JSON.
    public let header: [UInt8]
    /// What happened, as JSON.
    public let body: [UInt8]
    /// The client's metadata, in a slot of its own so that it can be sealed.
    public let metadata: MetadataSlot
    /// Partition, position, recorded_at, node, batch, times of the hops, request and trace, as JSON.
    public let envelope: [UInt8]
    /// The hash of the version before.
    public let previous: Digest
    /// The hash of this event.
    public let hash: Digest

    /// Takes an event as read; the hash is not checked here, see `computedHash`.
    public init(
        partition: Partition,
        position: LogPosition,
        stream: StreamID,
        version: Int,
        eventID: EventID?,
        header: [UInt8],
        body: [UInt8],
        metadata: MetadataSlot,
        envelope: [UInt8],
        previous: Digest,
        hash: Digest
    ) {
        self.partition = partition
        self.position = position
        self.stream = stream
        self.version = version
        self.eventID = eventID
        self.header = header
        self.body = body
        self.metadata = metadata
        self.envelope = envelope
        self.previous = previous
        self.hash = hash
    }

    /// The hash these bytes ought to have.
    public var computedHash: Digest {
        Self.hash(
            previous: previous,
            header: header,
            body: body,
            metadata: metadata,
            envelope: envelope
        )
    }

    /// The hash of an event with these bytes.
    public static func hash(
        previous: Digest,
        header: [UInt8],
        body: [UInt8],
        metadata: MetadataSlot,
        envelope: [UInt8]
    ) -> Digest {
        Digest.sha256(concatenating: [
            previous,
            Digest.sha256(header),
            Digest.sha256(body),
            metadata.digest,
            Digest.sha256(envelope),
        ])
    }
}

extension StoredEvent {
    /// Whether two events are the same to the byte.
    public static func == (left: StoredEvent, right: StoredEvent) -> Bool {
        left.hash == right.hash && left.previous == right.previous
            && left.version == right.version && left.position == right.position
            && left.partition == right.partition && left.eventID == right.eventID
            && left.stream == right.stream && left.metadata == right.metadata
            && ByteRun.areEqual(left.header, right.header)
            && ByteRun.areEqual(left.body, right.body)
            && ByteRun.areEqual(left.envelope, right.envelope)
    }
}

/// Client metadata beside an event: plain, or sealed with a key that can be destroyed.
public struct MetadataSlot: Hashable, Sendable {
    /// How the bytes are to be read; 0 is plain JSON.
    public let encryption: Int
    /// Names the sealing key; empty when plain.
    public let keyID: [UInt8]
    /// The metadata; empty when there is none.
    public let bytes: [UInt8]

    /// Fills a slot.
    public init(encryption: Int, keyID: [UInt8], bytes: [UInt8]) {
        self.encryption = encryption
        self.keyID = keyID
        self.bytes = bytes
    }

    /// No metadata.
    public static let empty = MetadataSlot(encryption: 0, keyID: [], bytes: [])

    /// Plain JSON.
    public static func plain(_ bytes: [UInt8]) -> MetadataSlot {
        MetadataSlot(encryption: 0, keyID: [], bytes: bytes)
    }

    /// H(metadata slot): SHA-256 over the encryption (1 byte), the key id's length (2 bytes,
    /// big-endian), the key id and the bytes.
    public var digest: Digest {
        guard !isEmpty else { return Self.emptyDigest }
        let count = 3 + keyID.count + bytes.count
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { buffer in
            buffer[0] = UInt8(truncatingIfNeeded: encryption)
            buffer[1] = UInt8(truncatingIfNeeded: keyID.count >> 8)
            buffer[2] = UInt8(truncatingIfNeeded: keyID.count)
            UnsafeMutableRawBufferPointer(rebasing: buffer[3...]).copyBytes(from: keyID)
            UnsafeMutableRawBufferPointer(rebasing: buffer[(3 + keyID.count)...])
                .copyBytes(from: bytes)
            return Digest.sha256(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Whether two slots are the same to the byte.
    public static func == (left: MetadataSlot, right: MetadataSlot) -> Bool {
        left.encryption == right.encryption && ByteRun.areEqual(left.keyID, right.keyID)
            && ByteRun.areEqual(left.bytes, right.bytes)
    }

    private var isEmpty: Bool { encryption == 0 && keyID.isEmpty && bytes.isEmpty }

    private static let emptyDigest = Digest.sha256([0, 0, 0])
}
