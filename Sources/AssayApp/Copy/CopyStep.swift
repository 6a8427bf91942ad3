// SPDX-License-Identifier: Apache-2.0

import EventStore

/// What a copy has just done; durable when it is told.
enum CopyStep: Hashable, Sendable {
    /// The target has been found to be part of the source's history.
    case compared
    /// What has passed since an earlier start was removed from a partition.
    case cleared(Partition)
    /// So many idempotency claims are in a partition.
    case claims(Partition, Int)
    /// The target was marked as part of the source as it is now.
    case accepted
    /// So many events were appended to a partition.
    case events(Partition, Int)
    /// So many waiting records were added to a partition.
    case records(Partition, Int)
    /// So many test clocks were added to a partition.
    case clocks(Partition, Int)
    /// So many sealing keys are in a partition.
    case keys(Partition, Int)
    /// So many timers were added to a partition.
    case timers(Partition, Int)
    /// So many checkpoints were added to a partition.
    case checkpoints(Partition, Int)
    /// A partition's heads, cursor and live clock are those of the source.
    case heads(Partition)
    /// So many events of a partition were read back, on one side.
    case read(Partition, Int)
    /// The target may be served.
    case released
}
