// SPDX-License-Identifier: Apache-2.0

import EventStore
import Synchronization

/// How the making of checkpoints stands, for readiness.
public final class CheckpointHealth: Sendable {
    private struct State {
        var disagreements: [Partition: String] = [:]
        var failure: String?
    }

    private let state = Mutex(State())

    init() {}

    /// Why checkpoints cannot be made, or what they have shown to be altered; empty when all is well.
    ///
    /// Safe to show.
    public var troubles: [String] {
        state.withLock { state in
            let altered = state.disagreements.sorted { $0.key < $1.key }.map { partition, what in
                "the log of partition \(partition) is not what its checkpoint says: \(what)"
            }
            return altered + (state.failure.map { ["checkpoints cannot be made: \($0)"] } ?? [])
        }
    }

    /// How many partitions disagree with their checkpoints.
    var disagreementCount: Int { state.withLock { $0.disagreements.count } }

    func disagrees(_ partition: Partition, _ what: String) {
        state.withLock { $0.disagreements[partition] = what }
    }

    func forget(allBut partitions: Set<Partition>) {
        state.withLock { state in
            state.disagreements = state.disagreements.filter { partitions.contains($0.key) }
        }
    }

    /// Whether a partition disagrees with its checkpoint.
    func isAltered(_ partition: Partition) -> Bool {
        state.withLock { $0.disagreements[partition] != nil }
    }

    /// Takes note of a failure, nil when there is none any more; answers whether that is news.
    func fails(_ failure: String?) -> Bool {
        state.withLock { state in
            defer { state.failure = failure }
            return state.failure != failure
        }
    }
}
