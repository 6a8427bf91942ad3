// SPDX-License-Identifier: Apache-2.0

import EventStore
import Synchronization

/// Keeps readers from rows that are being built anew: half a ledger would pass for a whole one.
final class RebuildGate: Sendable {
    /// Where the log stood when the building began, for each partition that is not there yet.
    private let goals: Mutex<[Partition: LogPosition]>

    /// `goals`: What is not reached yet, also after a restart in the middle of the building.
    init(goals: [Partition: LogPosition]) {
        self.goals = Mutex(goals)
    }

    /// Whether the rows are being built anew.
    var isClosed: Bool { goals.withLock { !$0.isEmpty } }

    /// - Throws: `.unavailable` while the rows are being built anew.
    func pass() throws(StoreError) {
        guard isClosed else { return }
        throw StoreError(.unavailable, detail: "the rows are being built anew")
    }

    /// Whether the rows have yet to get in a partition to where the log stood when the building
    /// began.
    func isBuilding(in partition: Partition) -> Bool { goals.withLock { $0[partition] != nil } }

    /// Takes note of how far the projection has got.
    func reached(_ checkpoints: [Partition: LogPosition]) {
        goals.withLock { goals in
            guard !goals.isEmpty else { return }
            for (partition, position) in checkpoints {
                if let goal = goals[partition], position >= goal { goals[partition] = nil }
            }
        }
    }
}
