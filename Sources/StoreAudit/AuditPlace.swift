// SPDX-License-Identifier: Apache-2.0

import EventSchema
public import EventStore
public import ExactValues
import StreamReview

/// Where in a store something is amiss, as closely as it is known.
public struct AuditPlace: Hashable, Sendable, CustomStringConvertible {
    /// The partition.
    public let partition: Partition?
    /// The place in its event log.
    public let position: LogPosition?
    /// The stream.
    public let stream: StreamID?
    /// The version; for what is missing, the last one before it.
    public let version: Int?
    /// The account, where nothing closer is known.
    public let account: AccountID?

    /// Names a place.
    public init(
        partition: Partition? = nil,
        position: LogPosition? = nil,
        stream: StreamID? = nil,
        version: Int? = nil,
        account: AccountID? = nil
    ) {
        self.partition = partition
        self.position = position
        self.stream = stream
        self.version = version
        self.account = stream?.account ?? account
    }

    /// The place of an event.
    public init(_ event: StoredEvent) {
        self.init(
            partition: event.partition,
            position: event.position,
            stream: event.stream,
            version: event.version
        )
    }

    /// The place of a fact.
    init(_ fact: RecordedFact) {
        self.init(
            partition: fact.partition,
            position: fact.position,
            stream: fact.stream,
            version: fact.version
        )
    }

    /// What is known, in one line, whatever is in the key; "the store" when it is nothing.
    public var description: String {
        var parts: [String] = []
        if let partition { parts.append("partition \(partition)") }
        if let position { parts.append("position \(position)") }
        if let stream {
            parts.append(stream.line)
        } else if let account {
            parts.append("account \(account)")
        }
        if let version { parts.append("version \(version)") }
        return parts.isEmpty ? "the store" : parts.joined(separator: ", ")
    }
}
