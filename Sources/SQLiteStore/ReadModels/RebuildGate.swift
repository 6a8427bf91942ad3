// SPDX-License-Identifier: Apache-2.0

import EventStore
import Synchronization

/// Keeps readers from rows that are being built anew: half a ledger would pass for a whole one.
final class RebuildGate: Sendable {
    /// Where the log stood when the building began, for each projection that is not there yet.
    private let goals: Mutex<[String: [Partition: LogPosition]]>

    /// `heads`: Where the log stands; empty when nothing has to be built.
    init(projections: [String], heads: [Partition: LogPosition]) {
        let goals = heads.filter { $0.value > .start }
        self.goals = Mutex(
            goals.isEmpty ? [:] : Dictionary(uniqueKeysWithValues: projections.map { ($0, goals) })
        )
    }

    /// The projections that are being built anew.
    var projections: [String] { goals.withLock { $0.keys.sorted() } }

    /// - Throws: `.unavailable` while a projection is being built anew.
    func pass(_ projection: String) throws(StoreError) {
        guard goals.withLock({ $0[projection] == nil }) else {
            throw StoreError(.unavailable, detail: "\(projection) is being built anew")
        }
    }

    /// Takes note of how far a projection has got.
    func reached(_ checkpoints: [Partition: LogPosition], by projection: String) {
        goals.withLock { goals in
            guard var open = goals[projection] else { return }
            for (partition, position) in checkpoints {
                if let goal = open[partition], position >= goal { open[partition] = nil }
            }
            goals[projection] = open.isEmpty ? nil : open
        }
    }
}
