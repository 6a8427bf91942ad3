// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ProjectionKit

/// What of a batch lies after the stored checkpoints.
struct FactNews: Sendable {
    /// The facts that have not been applied.
    let facts: ArraySlice<RecordedFact>
    /// The last place of each partition in them.
    let checkpoints: [Partition: LogPosition]
    private let beginnings: [Partition: LogPosition]

    /// Passes over what has been applied.
    /// - Throws: `ProjectionFailure` when a place is missing: it would be lost for ever.
    init(
        _ batch: [RecordedFact],
        after stored: [Partition: LogPosition]
    ) throws(ProjectionFailure) {
        var checkpoints: [Partition: LogPosition] = [:]
        var beginnings: [Partition: LogPosition] = [:]
        var old: [Int] = []
        // By index: a fact is large, and a loop over the elements would copy each one.
        for index in batch.indices {
            let partition = batch[index].partition
            let position = batch[index].position
            let place = checkpoints[partition] ?? stored[partition] ?? .start
            guard position > place else {
                old.append(index)
                continue
            }
            guard position == place.next else {
                throw ProjectionFailure(batch[index], "the place before it is missing")
            }
            if checkpoints.updateValue(position, forKey: partition) == nil {
                beginnings[partition] = place
            }
        }
        facts = Self.without(old, batch)
        self.checkpoints = checkpoints
        self.beginnings = beginnings
    }

    /// Nearly always there is nothing to leave out and nothing is copied.
    private static func without(_ old: [Int], _ batch: [RecordedFact]) -> ArraySlice<RecordedFact> {
        guard !old.isEmpty else { return batch[...] }
        let left = Set(old)
        return batch.indices.filter { !left.contains($0) }.map { batch[$0] }[...]
    }

    /// Whether the checkpoints are still those that this was made with.
    func begins(at stored: [Partition: LogPosition]) -> Bool {
        beginnings.allSatisfy { stored[$0.key] ?? .start == $0.value }
    }
}
