// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// An event as a fold sees it: the blobs as they lie in the store, copied nowhere (ADR 0041).
///
/// The buffers are valid only while the call runs that was handed them.
public struct EventContent {
    /// The partition it lies in.
    public let partition: Partition
    /// Its place in the partition's event log.
    public let position: LogPosition
    /// Its stream.
    public let stream: StreamID
    /// Its place in the stream, from 1 without gaps.
    public let version: Int
    /// The hash of the event.
    public let hash: Digest
    /// Account, stream, version, type, schema version, logical time and cause, as JSON.
    public let header: UnsafeBufferPointer<UInt8>
    /// What happened, as JSON.
    public let body: UnsafeBufferPointer<UInt8>
    /// What differs from run to run, as JSON.
    public let envelope: UnsafeBufferPointer<UInt8>

    /// Puts a content together.
    public init(
        partition: Partition,
        position: LogPosition,
        stream: StreamID,
        version: Int,
        hash: Digest,
        header: UnsafeBufferPointer<UInt8>,
        body: UnsafeBufferPointer<UInt8>,
        envelope: UnsafeBufferPointer<UInt8>
    ) {
        self.partition = partition
        self.position = position
        self.stream = stream
        self.version = version
        self.hash = hash
        self.header = header
        self.body = body
        self.envelope = envelope
    }
}

extension StoredEvent {
    /// Runs `body` on the event's content.
    public func withContent<Value, Failure>(
        _ body: (EventContent) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try header.withUnsafeBufferPointer { header throws(Failure) in
            try self.body.withUnsafeBufferPointer { bytes throws(Failure) in
                try envelope.withUnsafeBufferPointer { envelope throws(Failure) in
                    try body(
                        EventContent(
                            partition: partition,
                            position: position,
                            stream: stream,
                            version: version,
                            hash: hash,
                            header: header,
                            body: bytes,
                            envelope: envelope
                        )
                    )
                }
            }
        }
    }
}
