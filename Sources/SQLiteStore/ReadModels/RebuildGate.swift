// SPDX-License-Identifier: Apache-2.0

import EventStore
import Synchronization

/// Keeps readers from rows that are being built anew: half a ledger would pass for a whole one.
final class RebuildGate: Sendable {
    /// Where the log stood when the building began, for each projection that is not there yet.
    private let goals: Mutex<[String: [Partition: LogPosition]]>

    /// `goals`: What is not reached yet, also after a restart in the middle of the building.
    init(goals: [String: [Partition: LogPosition]]) {
        self.goals = Mutex(goals.filter { !$0.value.isEmpty })
    }

    /// The projections that are being built anew.
    var projections: [String] { goals.withLock { $0.keys.sorted() } }

    /// - Throws: `.unavailable` while a projection is being built anew.
    func pass(_ projection: String) throws(StoreError) {
        guard goals.withLock({ $0[projection] == nil }) else {
            throw StoreError(.unavailable, detail: "\(projection) is being built anew")
        }
    }

    /// Whether a projection has yet to get in a partition to where the log stood when the building
    /// began.
    func isBuilding(_ projection: String, in partition: Partition) -> Bool {
        goals.withLock { $0[projection]?[partition] != nil }
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
