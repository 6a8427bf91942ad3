// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite
import Synchronization

/// Tells how long the write-ahead log is, and when to move it into the database.
///
/// SQLite's own automatic checkpoint would run inside the commit that callers wait for and would
/// hide its errors. So the writer asks here after each transaction and checkpoints by itself.
final class WALGauge: Sendable {
    /// Checkpoints start at this length: 16 MiB with pages of 4 KiB.
    static let checkpointPages = 4_000
    /// From this length on, readers are waited for so that the log can start again: 512 MiB.
    static let restartPages = 128_000

    private let pages = Atomic<Int>(0)
    private let threshold = Atomic<Int>(WALGauge.checkpointPages)

    /// Reads the length after each commit of a connection, which must not outlive the gauge.
    func install(on database: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<WALGauge>.fromOpaque(context).takeUnretainedValue()
                    .record(pages: Int(pages))
                return SQLITE_OK
            },
            context
        )
    }

    private func record(pages count: Int) {
        if count < pages.load(ordering: .relaxed) {
            threshold.store(Self.checkpointPages, ordering: .relaxed)
        }
        pages.store(count, ordering: .relaxed)
    }

    /// Checkpoints when the log has grown enough.
    func checkpointIfNeeded(_ database: Database) throws {
        let length = pages.load(ordering: .relaxed)
        guard length >= threshold.load(ordering: .relaxed) else { return }
        // A log that readers keep from starting again is tried again after as much growth.
        threshold.store(length + Self.checkpointPages, ordering: .relaxed)
        try database.checkpoint(length >= Self.restartPages ? .restart : .passive)
    }
}
