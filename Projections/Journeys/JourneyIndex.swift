// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// The port to the index that leads from a mark to the facts about it.
public protocol JourneyIndex: Sendable {
    /// Where facts with this mark lie: blocks of a partition's log with at least one of them, by
    /// partition and place, at most `limit`, none that ends at or before `place`.
    ///
    /// Facts of others lie beside them, and those of other ids with the same mark.
    func blocks(
        of mark: JourneyMark,
        after place: PartitionPlace?,
        limit: Int
    ) async throws(StoreError) -> [JourneyBlock]
}

/// So many places of a partition's log, next to each other: the grain of the index.
///
/// Blocks begin at fixed places, so that the same log gives the same rows however it is cut into
/// batches.
public struct JourneyBlock: Hashable, Comparable, Sendable {
    /// The number of places in a block.
    public static let places: Int64 = 64

    /// The partition.
    public let partition: Partition
    /// Its number in the partition, from 0.
    public let number: Int64

    /// Names a block.
    public init(partition: Partition, number: Int64) {
        self.partition = partition
        self.number = number
    }

    /// The block that a place lies in.
    public init(holding position: LogPosition, in partition: Partition) {
        self.init(partition: partition, number: (position.value - 1) / Self.places)
    }

    /// The place before its first one.
    var start: LogPosition { LogPosition(number * Self.places) }

    /// Its last place.
    var end: LogPosition { LogPosition((number + 1) * Self.places) }

    /// By partition, then by place.
    public static func < (left: JourneyBlock, right: JourneyBlock) -> Bool {
        (left.partition.number, left.number) < (right.partition.number, right.number)
    }
}
