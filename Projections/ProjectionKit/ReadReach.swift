// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// What has to have become of a record before it counts as seen (ADR 0018).
public enum ReadReach: Hashable, Sendable {
    /// It is decided: enough for a live account, whose records make nothing due.
    case decided
    /// Everything that it made due has settled as well: what a sandbox waits for.
    case drained

    /// The last record of a partition that has come so far.
    func place(in state: PartitionState) -> IngestPosition {
        switch self {
        case .decided: state.cursor
        case .drained: state.drained
        }
    }
}
