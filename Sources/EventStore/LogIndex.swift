// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What read models need to know of the log they are made from.
public protocol LogIndex: Sendable {
    /// A number that no other store has.
    var identity: Digest { get }
    /// How keys are spread.
    var partitioning: Partitioning { get }

    /// The numbers of streams, unique in the store and growing with time within a partition; nil
    /// for a stream that does not exist.
    func numbers(of streams: [PartitionStream]) async throws(StoreError) -> [Int64?]

    /// The hashes of events, in the order asked for; nil where there is no event.
    func hashes(at places: [PartitionPlace]) async throws(StoreError) -> [Digest?]
}

/// A stream and where it lies.
public struct PartitionStream: Hashable, Sendable {
    /// The partition.
    public let partition: Partition
    /// The stream.
    public let stream: StreamID

    /// Names a stream in a partition.
    public init(partition: Partition, stream: StreamID) {
        self.partition = partition
        self.stream = stream
    }
}

/// A place in a partition's event log.
public struct PartitionPlace: Hashable, Sendable {
    /// The partition.
    public let partition: Partition
    /// The place.
    public let position: LogPosition

    /// Names a place in a partition.
    public init(partition: Partition, position: LogPosition) {
        self.partition = partition
        self.position = position
    }
}
