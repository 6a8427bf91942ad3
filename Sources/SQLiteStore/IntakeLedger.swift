// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// What the writer knows by heart: each partition's heads, cursor and live clock, as committed.
///
/// One process at a time uses a store, so these numbers only change through its writer. A flush
/// works on a copy and puts it back after its commit, so a failed transaction leaves no trace.
struct IntakeLedger: Sendable {
    /// So many of each partition's newest records are kept in memory.
    static let tailLimitRecords = 512
    /// A flush with a larger record is not kept in memory.
    static let tailLimitRecordBytes = 4_096
    /// So many test clocks are kept in memory.
    static let clockLimitAccounts = 4_096

    /// One partition's numbers.
    struct Entry: Hashable, Sendable {
        var ingestHead: Int64 = 0
        /// Before the first record: the beginning of time.
        var liveClock = Timestamp.earliest
        var eventHead: Int64 = 0
        var cursor: Int64 = 0
    }

    let partitioning: Partitioning
    /// By number; the last one is that of the catalogs.
    var entries: [Entry]
    /// Test clocks used lately.
    var sandboxClocks: [AccountID: Timestamp] = [:]
    /// Counts what raised the high-water mark, to alternate between its slots.
    var markTurn = 0

    init(partitioning: Partitioning, entries: [Entry]) {
        self.partitioning = partitioning
        self.entries = entries
    }

    /// What has been acknowledged so far.
    var level: HighWaterMark.Level {
        var level = HighWaterMark.Level()
        for entry in entries {
            level.accepted += entry.ingestHead
            level.appended += entry.eventHead
        }
        return level
    }

    /// Remembers test clocks that have been moved.
    mutating func remember(_ clocks: [AccountID: Timestamp]) {
        guard !clocks.isEmpty else { return }
        if sandboxClocks.count + clocks.count > Self.clockLimitAccounts {
            sandboxClocks = [:]
        }
        sandboxClocks.merge(clocks) { _, moved in moved }
    }

    /// The number of records accepted and not yet processed.
    var backlog: Int64 {
        entries.reduce(0) { $0 + $1.ingestHead - $1.cursor }
    }
}
