// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// How far a projection has got in a partition, and the hash of the event there.
struct CheckpointMark: Hashable, Sendable {
    let partition: Partition
    let position: LogPosition
    let hash: Digest

    /// Where the event lies.
    var place: PartitionPlace { PartitionPlace(partition: partition, position: position) }
}
