// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues

/// An event's place: in its stream and in its partition's log.
public struct ReviewPlace: Hashable, Sendable, CustomStringConvertible {
    /// The stream.
    public let stream: StreamID
    /// The version; for what is missing, the last one before it.
    public let version: Int
    /// The partition.
    public let partition: Partition
    /// The place in the partition's log; 0 when nothing of the stream was read.
    public let position: LogPosition

    /// Names a place.
    public init(stream: StreamID, version: Int, partition: Partition, position: LogPosition) {
        self.stream = stream
        self.version = version
        self.partition = partition
        self.position = position
    }

    /// The place of an event.
    public init(_ event: StoredEvent) {
        self.init(
            stream: event.stream,
            version: event.version,
            partition: event.partition,
            position: event.position
        )
    }

    /// Partition, position, stream and version in one line, whatever is in the key.
    public var description: String {
        "partition \(partition), position \(position), \(stream.line), version \(version)"
    }
}

extension StreamID {
    /// The stream in one line: the key is quoted as in JSON, so that it cannot break the line.
    package var line: String {
        switch kind {
        case .catalog:
            return "catalog of \(account)"
        case .outcome:
            return "outcome \(quotedKey) of \(account)"
        case .value:
            return "value \(quotedKey) of \(account)"
        }
    }

    private var quotedKey: String {
        var writer = JSONWriter(reserving: 2 * key.utf8.count)
        writer.text(key)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
