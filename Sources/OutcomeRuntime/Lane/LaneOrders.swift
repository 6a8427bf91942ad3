// SPDX-License-Identifier: Apache-2.0

import EventStore

/// What a lane is told to run, and what it runs: written from outside and by the lane, each its part.
struct LaneOrders: Sendable {
    /// Why a lane runs a partition.
    enum Tenure: Hashable, Sendable {
        /// There is no other node.
        case sole
        /// It was claimed with this epoch; under any other it is somebody else's.
        case leased(epoch: Int)
    }

    /// The partitions to run.
    private(set) var wanted: [Partition: Tenure]
    /// Counts the changes of `wanted`.
    private(set) var version = 0
    /// The partitions that the lane runs; others may be given up.
    var running: [Partition: Tenure] = [:]

    init(_ wanted: [Partition: Tenure]) { self.wanted = wanted }

    mutating func change(to wanted: [Partition: Tenure]) {
        guard wanted != self.wanted else { return }
        self.wanted = wanted
        version += 1
    }

    /// What to let go of and what to take, for the lane to run what is wanted.
    var steps: (release: [Partition], take: [Partition: Tenure]) {
        (
            running.filter { wanted[$0.key] != $0.value }.keys.sorted(),
            wanted.filter { running[$0.key] != $0.value }
        )
    }
}
