// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventSchema
import EventStore
import OutcomeRuntime
import ProjectionKit

/// Hands what the lanes have committed to those who follow: the tail the projections read, the hashes
/// that the partitions' trees grow by, and the board that readers of their own writes wait on.
struct EngineObserver: LaneObserver {
    let tail: EventTail<LoggedFact>
    let board: ProgressBoard
    /// Nil where no checkpoints are made.
    var hashes: HashFeed?

    /// Facts with more metadata than this are read back from the log instead of being kept.
    static let metadataLimitBytes = 4096

    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact]) {
        let isSmall = facts.allSatisfy { $0.metadata.bytes.count <= Self.metadataLimitBytes }
        // A turn whose answer was lost is known by its head only: projections read it in the log.
        tail.publish(isSmall ? facts : [], in: partition, through: state.head.value)
        hashes?.publish(facts.map(\.hash), in: partition, through: state.head)
        board.publish(state, of: partition)
    }

    func halted(_ partition: Partition) {
        board.publishStop(of: partition)
    }
}
