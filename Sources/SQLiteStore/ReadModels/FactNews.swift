// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ProjectionKit

/// What of a batch lies after the stored checkpoints.
struct FactNews: Sendable {
    /// The facts that have not been applied, when that is not the whole batch.
    let rest: [LoggedFact]?
    /// The last place of each partition in the batch, with its event's hash.
    let marks: [CheckpointMark]
    private let beginnings: [Partition: LogPosition]

    /// Finds what has been applied.
    ///
    /// - Throws: `ProjectionFailure` when a place is missing: it would be lost for ever.
    init(
        _ batch: [LoggedFact],
        after stored: [Partition: LogPosition]
    ) throws(ProjectionFailure) {
        var last: [Partition: Int] = [:]
        var beginnings: [Partition: LogPosition] = [:]
        var isOld = [Bool](repeating: false, count: batch.count)
        for index in batch.indices {
            let partition = batch[index].partition
            let position = batch[index].position
            let place = last[partition].map { batch[$0].position } ?? stored[partition] ?? .start
            guard position > place else {
                isOld[index] = true
                continue
            }
            guard position == place.next else {
                throw ProjectionFailure(batch[index], "the place before it is missing")
            }
            if last.updateValue(index, forKey: partition) == nil {
                beginnings[partition] = place
            }
        }
        rest = isOld.contains(true) ? batch.indices.filter { !isOld[$0] }.map { batch[$0] } : nil
        marks = last.map { partition, index in
            CheckpointMark(
                partition: partition,
                position: batch[index].position,
                hash: batch[index].hash
            )
        }
        self.beginnings = beginnings
    }

    /// The last place of each partition in the batch.
    var checkpoints: [Partition: LogPosition] {
        Dictionary(uniqueKeysWithValues: marks.map { ($0.partition, $0.position) })
    }

    /// Whether the checkpoints are still those that this was made with.
    func begins(at stored: [Partition: LogPosition]) -> Bool {
        beginnings.allSatisfy { stored[$0.key] ?? .start == $0.value }
    }
}
