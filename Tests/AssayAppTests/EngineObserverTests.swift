// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import ProjectionKit
import Testing

@testable import AssayApp

@Suite("What the engine passes on of the lanes' commits")
struct EngineObserverTests {
    @Test("a head without its facts sends whoever follows to the log")
    func lostAnswer() {
        let tail = EventTail<LoggedFact>(limitPerPartition: 10)
        let observer = EngineObserver(tail: tail, board: ProgressBoard())
        let partition = Partition(3)
        func committed(head: Int64) {
            let state = PartitionState(
                head: LogPosition(head),
                cursor: .start,
                drained: .start,
                epoch: 0
            )
            observer.committed(partition, state: state, facts: [])
        }
        committed(head: 4)
        // Nothing is after 4: the tail knows that without being asked to look further.
        #expect(tail.elements(in: partition, after: 4, limit: 5)?.isEmpty != false)
        committed(head: 6)
        #expect(tail.elements(in: partition, after: 4, limit: 5) == nil)
        #expect(tail.elements(in: partition, after: 5, limit: 5) == nil)
    }
}
