// SPDX-License-Identifier: Apache-2.0

import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain
import ProjectionKit

/// A fact with what the feed reads of it.
public struct FeedFact: Sendable {
    /// The partition it lies in.
    public let partition: Partition
    /// Its place in the partition's event log.
    public let position: LogPosition
    /// Its stream.
    public let stream: StreamID
    /// Its place in the stream, from 1 without gaps.
    public let version: Int
    /// What happened, when, and because of what.
    public let fact: OutcomeFact
    /// When it was written; read of a settlement only, and left out of any other fact as one likes.
    public let recordedAt: Timestamp?

    /// Puts a fact together.
    public init(
        partition: Partition,
        position: LogPosition,
        stream: StreamID,
        version: Int,
        fact: OutcomeFact,
        recordedAt: Timestamp?
    ) {
        self.partition = partition
        self.position = position
        self.stream = stream
        self.version = version
        self.fact = fact
        self.recordedAt = recordedAt
    }
}

/// What the feed reads of a fact.
protocol ReadByFeed {
    var partition: Partition { get }
    var position: LogPosition { get }
    var stream: StreamID { get }
    var version: Int { get }
    var fact: OutcomeFact { get }
    /// When a settlement was written.
    var settlementRecordedAt: Timestamp? { get }
}

extension ReadByFeed {
    /// Why it cannot be applied.
    func failure(_ reason: String) -> ProjectionFailure {
        ProjectionFailure(partition: partition, position: position, reason: reason)
    }
}

extension FeedFact: ReadByFeed {
    var settlementRecordedAt: Timestamp? { recordedAt }
}

extension RecordedFact: ReadByFeed {
    var settlementRecordedAt: Timestamp? { recordedAt }
}
