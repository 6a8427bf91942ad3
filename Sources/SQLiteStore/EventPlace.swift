// SPDX-License-Identifier: Apache-2.0

import EventStore

/// A partition and a position as one number, by which events lie in the file.
struct EventPlace {
    private static let positionBits: Int64 = 40
    /// Before the first event of a partition.
    static func start(of partition: Partition) -> Int64 {
        Int64(partition.number) << positionBits
    }

    /// After the last event of a partition.
    static func end(of partition: Partition) -> Int64 {
        Int64(partition.number + 1) << positionBits
    }

    static func place(in partition: Partition, _ position: LogPosition) -> Int64 {
        start(of: partition) + position.value
    }

    static func partition(of place: Int64) -> Partition {
        Partition(Int(place >> positionBits))
    }

    static func position(of place: Int64) -> LogPosition {
        LogPosition(place & (1 << positionBits - 1))
    }
}
