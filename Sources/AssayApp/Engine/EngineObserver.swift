// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import OutcomeRuntime
import ProjectionKit

/// Hands what the lanes have committed to those who follow: the tail the projections read, and the
/// board that readers of their own writes wait on.
struct EngineObserver: LaneObserver {
    let tail: EventTail<RecordedFact>
    let board: ProgressBoard

    func committed(_ partition: Partition, state: PartitionState, facts: [RecordedFact]) {
        if let first = facts.first {
            tail.publish(facts, in: partition, first: first.position.value)
        }
        board.publish(state, of: partition)
    }
}
