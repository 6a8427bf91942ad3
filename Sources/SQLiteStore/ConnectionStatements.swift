// SPDX-License-Identifier: Apache-2.0

/// How the connections are set up.
enum ConnectionStatements {
    static let pageCount = "PRAGMA page_count"

    static let applicationID = "PRAGMA application_id"

    /// Compares every page, and every index with its table; at most so many faults.
    static func integrityCheck(limit: Int) -> String { "PRAGMA integrity_check(\(limit))" }

    /// Tables, indexes and triggers, each as it was made.
    static let schemaParts = "SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY 1"

    /// Every commit is flushed before it returns.
    static let flushEachCommit = "PRAGMA synchronous = FULL"

    /// The writer's settings.
    ///
    /// Debian's SQLite overwrites freed pages with zeros unless told not to; processed ingest rows
    /// are copies of what the event log keeps. Recursive triggers make REPLACE obey the append-only
    /// triggers. The automatic checkpoint goes when `WALGauge` is installed.
    ///
    /// `synchronous`: FULL for the log; NORMAL for the read models, all of which can be built again.
    static func prepareWriter(
        synchronous: String,
        cacheKibibytes: Int = SQLiteStore.writerCacheKibibytes
    ) -> String {
        """
        PRAGMA synchronous = \(synchronous);
        PRAGMA secure_delete = OFF;
        PRAGMA recursive_triggers = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -\(cacheKibibytes);
        """
    }

    static let prepareReader = """
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -\(SQLiteStore.readerCacheKibibytes);
        """

    /// The settings of the file of users.
    ///
    /// EXTRA flushes the directory, too, once the journal is gone: without it a commit could be undone
    /// by a loss of power. Password hashes that were replaced are overwritten.
    static let prepareUsers = """
        PRAGMA journal_mode = DELETE;
        PRAGMA synchronous = EXTRA;
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        """
}
