// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore

/// Facts of several partitions that are applied together.
struct FactBatch: Sendable {
    private(set) var facts: [LoggedFact] = []
    /// The last place of each partition in it.
    private(set) var checkpoints: [Partition: LogPosition] = [:]
    /// What ended the gathering early: a fact that cannot be read, or the store.
    var obstacle: ReadModelError?

    var isEmpty: Bool { facts.isEmpty }

    mutating func append(_ more: [LoggedFact]) {
        guard let last = more.last else { return }
        facts.append(contentsOf: more)
        checkpoints[last.partition] = last.position
    }
}
