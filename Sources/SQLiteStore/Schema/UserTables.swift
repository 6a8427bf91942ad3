// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The schema of the file beside the store that alone holds its users.
///
/// What is secret is kept as a hash. Where rows go together the database sees to it: sessions go with
/// their membership, memberships with their user.
enum UserTables {
    /// "ASSU", in the header of the file.
    static let applicationID: Int64 = 0x4153_5355

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("001 users") { database in
            for statement in all { try database.execute(sql: statement) }
        }
        return migrator
    }

    private static let all = [
        // The store whose users they are.
        """
        CREATE TABLE origin (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            store BLOB NOT NULL CHECK (length(store) = 32)
        ) STRICT
        """,
        // A number is never used again: facts of the log bear it.
        """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            email TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            password TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE memberships (
            member INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
            account TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('admin', 'finance', 'read_only')),
            since INTEGER NOT NULL,
            PRIMARY KEY (member, account)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX memberships_by_account ON memberships (account, member)",
        """
        CREATE TABLE sessions (
            secret_hash BLOB PRIMARY KEY CHECK (length(secret_hash) = 32),
            member INTEGER NOT NULL,
            account TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            FOREIGN KEY (member, account) REFERENCES memberships ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX sessions_by_member ON sessions (member, account, used_at)",
        "CREATE INDEX sessions_by_use ON sessions (used_at)",
        "CREATE INDEX sessions_by_creation ON sessions (created_at)",
        // Of links for the same thing there is one, the newest; `subject` names the thing.
        """
        CREATE TABLE links (
            secret_hash BLOB PRIMARY KEY CHECK (length(secret_hash) = 32),
            subject TEXT NOT NULL UNIQUE,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
            email TEXT,
            member INTEGER REFERENCES users ON DELETE CASCADE,
            account TEXT,
            role TEXT CHECK (role IN ('admin', 'finance', 'read_only')),
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX links_by_member ON links (member)",
        "CREATE INDEX links_by_account ON links (account, kind)",
        "CREATE INDEX links_by_end ON links (expires_at)",
    ]
}
