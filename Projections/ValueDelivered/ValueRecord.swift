// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// A record of delivered value as it is read (SPEC 7).
public struct ValueRecord: Hashable, Sendable {
    /// Whose it is.
    public let account: AccountID
    /// Its id.
    public let eventID: EventID
    /// What was recorded.
    public let value: DeliveredValue
    /// The client's metadata as one JSON object; empty when there is none.
    public let metadata: [UInt8]
    /// When it was received; in a sandbox by the test clock.
    public let createdAt: Timestamp
    /// The place of its fact in the log, which orders records of one instant.
    public let place: PartitionPlace

    /// Puts a record together.
    public init(
        account: AccountID,
        eventID: EventID,
        value: DeliveredValue,
        metadata: [UInt8],
        createdAt: Timestamp,
        place: PartitionPlace
    ) {
        self.account = account
        self.eventID = eventID
        self.value = value
        self.metadata = metadata
        self.createdAt = createdAt
        self.place = place
    }

    /// The record that a fact tells of.
    ///
    /// - Throws: When the metadata is not in the form this program writes.
    public init(_ recorded: RecordedValue) throws(ProjectionFailure) {
        guard recorded.metadata.encryption == 0 else {
            throw ProjectionFailure(.value(recorded), "the metadata is not plain")
        }
        self.init(
            account: recorded.stream.account,
            eventID: recorded.fact.cause.eventID,
            value: recorded.fact.value,
            metadata: recorded.metadata.bytes,
            createdAt: recorded.fact.time,
            place: PartitionPlace(partition: recorded.partition, position: recorded.position)
        )
    }
}
