// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite
import Synchronization

/// Tells how long the write-ahead log is.
///
/// SQLite's own automatic checkpoint would run inside the commit that callers wait for and would
/// hide its errors. So the writer asks a `Checkpointer` after each transaction.
final class WALGauge: Sendable {
    private let length = Atomic<Int>(0)

    /// The length after the last commit, in pages.
    var pages: Int { length.load(ordering: .relaxed) }

    /// Reads the length after each commit of a connection, which must not outlive the gauge.
    func install(on database: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<WALGauge>.fromOpaque(context).takeUnretainedValue()
                    .length.store(Int(pages), ordering: .relaxed)
                return SQLITE_OK
            },
            context
        )
    }
}
