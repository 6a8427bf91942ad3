// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventStore
import ExactValues
import Synchronization

/// Says which ingest rows may go: those that were processed a while ago.
///
/// They stay for that while because a repeat of a statement whose answer was lost looks for its
/// events there.
final class IngestSweep: Sendable {
    /// Rows stay so long after they are processed.
    static let keptSeconds: UInt64 = 60
    /// One statement deletes no more than this, so that it is soon over.
    static let statementLimitRows = 4_000

    private struct State {
        /// The cursors as they are now.
        var newest: [Partition: IngestPosition] = [:]
        /// As they were when `ripens` was set.
        var ripening: [Partition: IngestPosition] = [:]
        var ripens: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A partition's records are processed up to here.
    func processed(_ partition: Partition, through cursor: IngestPosition) {
        state.withLock { $0.newest[partition] = cursor }
    }

    /// These rows could not be deleted: they come with the next ones.
    func keep(_ places: [Partition: IngestPosition]) {
        state.withLock { $0.ripening.merge(places) { max($0, $1) } }
    }

    /// What may go now; empty most of the time.
    func due(now: UInt64 = DispatchTime.now().uptimeNanoseconds) -> [Partition: IngestPosition] {
        state.withLock { state in
            guard now >= state.ripens else { return [:] }
            let ripe = state.ripening
            state.ripening = state.newest
            state.newest = [:]
            state.ripens = now + Self.keptSeconds * 1_000_000_000
            return ripe
        }
    }
}
