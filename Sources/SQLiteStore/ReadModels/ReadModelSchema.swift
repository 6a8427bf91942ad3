// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the read models and their migrations, in a file of their own.
///
/// Outcomes go by the number of their stream: numbers grow with time, so that rows that are written
/// together lie together. Accounts go by a number as well, since nearly every index begins with one.
enum ReadModelSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("001 read models") { database in
            for statement in shared + statements(for: .live) {
                try database.execute(sql: statement)
            }
        }
        return migrator
    }

    /// The statements that make one copy of the tables.
    static func statements(for tables: ReadModelTables) -> [String] {
        feed(tables) + ledger(tables) + letters(tables) + journeys(tables)
    }

    /// What all copies share: it is only ever added to, except for the checkpoints.
    private static let shared = [
        """
        CREATE TABLE checkpoints (
            projection TEXT NOT NULL,
            partition INTEGER NOT NULL,
            position INTEGER NOT NULL CHECK (position > 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (projection, partition)
        ) STRICT, WITHOUT ROWID
        """,
        // What has to be reached before rows that are built anew may be read.
        """
        CREATE TABLE rebuild_goals (
            projection TEXT NOT NULL,
            partition INTEGER NOT NULL,
            position INTEGER NOT NULL CHECK (position > 0),
            PRIMARY KEY (projection, partition)
        ) STRICT, WITHOUT ROWID
        """,
        // When a projection had a partition's log up to a place in its rows: a row for each of its
        // batches and partition. `rebuilt`: its rows were being built anew then.
        """
        CREATE TABLE arrivals (
            projection TEXT NOT NULL,
            partition INTEGER NOT NULL,
            position INTEGER NOT NULL CHECK (position > 0),
            at INTEGER NOT NULL,
            rebuilt INTEGER NOT NULL,
            PRIMARY KEY (projection, partition, position)
        ) STRICT, WITHOUT ROWID
        """,
        // One row: the store whose log the rows were made from.
        """
        CREATE TABLE origin (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            store BLOB NOT NULL CHECK (length(store) = 32)
        ) STRICT
        """,
        """
        CREATE TABLE read_accounts (
            account INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE
        ) STRICT
        """,
        """
        CREATE TABLE read_contracts (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            contract BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static func index(_ table: String, _ name: String, _ columns: String) -> String {
        "CREATE INDEX \(ReadModelTables.index(table, by: name)) ON \(table) (\(columns))"
    }
}

// MARK: Outcomes feed

extension ReadModelSchema {
    private static func feed(_ tables: ReadModelTables) -> [String] {
        let table = tables.outcomes
        return [
            // What changes stands first, so that a fold reads no further than it has to.
            """
            CREATE TABLE \(table) (
                stream INTEGER PRIMARY KEY,
                version INTEGER NOT NULL,
                state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
                scheduled_resolution INTEGER CHECK (scheduled_resolution BETWEEN 0 AND 1),
                settles_at INTEGER NOT NULL,
                state_since INTEGER NOT NULL,
                settled_at INTEGER,
                recorded_at INTEGER,
                signal_count INTEGER NOT NULL,
                late_signal_count INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                quantity TEXT,
                amount TEXT,
                account INTEGER NOT NULL,
                opened_at INTEGER NOT NULL,
                key BLOB NOT NULL,
                agent TEXT NOT NULL,
                agent_inferred INTEGER NOT NULL,
                customer TEXT NOT NULL,
                contract_version INTEGER NOT NULL,
                contract_hash BLOB NOT NULL,
                price TEXT NOT NULL,
                currency TEXT NOT NULL
            ) STRICT
            """,
            index(table, "account", "account, opened_at, key"),
            index(table, "state", "account, state, opened_at, key"),
            index(table, "agent", "account, agent, opened_at, key"),
            index(table, "customer", "account, customer, opened_at, key"),
        ]
    }
}

// MARK: Billing ledger

extension ReadModelSchema {
    private static func ledger(_ tables: ReadModelTables) -> [String] {
        ledgerTables(tables)
            + [
                index(tables.postings, "account", "account, recorded_at, id"),
                index(tables.postings, "customer", "account, customer, recorded_at, id"),
                index(tables.postings, "agent", "account, agent, recorded_at, id"),
            ]
            + [tables.postings, tables.lines].flatMap { table in
                ["UPDATE", "DELETE"].map { change in
                    """
                    CREATE TRIGGER \(table)_no_\(change.lowercased()) BEFORE \(change) ON \(table)
                    BEGIN
                        SELECT RAISE(ABORT, 'the ledger is append-only');
                    END
                    """
                }
            }
    }

    private static func ledgerTables(_ tables: ReadModelTables) -> [String] {
        [
            // Who pays whom, from an outcome's opening to its end.
            """
            CREATE TABLE \(tables.billingTerms) (
                stream INTEGER PRIMARY KEY,
                customer TEXT NOT NULL,
                agent TEXT NOT NULL,
                price TEXT NOT NULL
            ) STRICT
            """,
            // The id is derived from account and key: UNIQUE makes it one posting for each
            // outcome, for ever.
            """
            CREATE TABLE \(tables.postings) (
                posting INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 20),
                account INTEGER NOT NULL,
                key BLOB NOT NULL,
                customer TEXT NOT NULL,
                agent TEXT NOT NULL,
                price TEXT NOT NULL,
                quantity TEXT NOT NULL,
                amount TEXT NOT NULL,
                currency TEXT NOT NULL,
                settled_at INTEGER NOT NULL,
                recorded_at INTEGER NOT NULL,
                partition INTEGER NOT NULL,
                position INTEGER NOT NULL,
                hash BLOB NOT NULL CHECK (length(hash) = 32)
            ) STRICT
            """,
            """
            CREATE TABLE \(tables.lines) (
                posting INTEGER NOT NULL REFERENCES \(tables.postings),
                line INTEGER NOT NULL,
                ledger_account TEXT NOT NULL,
                amount TEXT NOT NULL,
                PRIMARY KEY (posting, line)
            ) STRICT, WITHOUT ROWID
            """,
            // Day -1 is all time, the empty customer all customers.
            """
            CREATE TABLE \(tables.sums) (
                account INTEGER NOT NULL,
                customer TEXT NOT NULL,
                agent TEXT NOT NULL,
                currency TEXT NOT NULL,
                day INTEGER NOT NULL,
                amount TEXT NOT NULL,
                postings INTEGER NOT NULL,
                PRIMARY KEY (account, customer, agent, currency, day)
            ) STRICT, WITHOUT ROWID
            """,
        ]
    }
}

// MARK: Journeys

extension ReadModelSchema {
    private static func journeys(_ tables: ReadModelTables) -> [String] {
        [
            // Marks are hashes and come in no order. The generation before them grows with the
            // number of marks, so that inserts go to a part of the table that stays in memory.
            """
            CREATE TABLE \(tables.journeyMarks) (
                generation INTEGER NOT NULL,
                mark INTEGER NOT NULL,
                partition INTEGER NOT NULL,
                block INTEGER NOT NULL,
                PRIMARY KEY (generation, mark, partition, block)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE \(tables.journeyGenerations) (
                generation INTEGER PRIMARY KEY,
                marks INTEGER NOT NULL CHECK (marks >= 0)
            ) STRICT
            """,
        ]
    }
}

// MARK: Dead letters

extension ReadModelSchema {
    private static func letters(_ tables: ReadModelTables) -> [String] {
        let table = tables.deadLetters
        return [
            """
            CREATE TABLE \(table) (
                event_id BLOB NOT NULL PRIMARY KEY CHECK (length(event_id) = 20),
                account INTEGER NOT NULL,
                key BLOB NOT NULL,
                code TEXT NOT NULL,
                action TEXT NOT NULL,
                customer TEXT NOT NULL,
                agent TEXT,
                received_at INTEGER NOT NULL,
                parked INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            index(table, "account", "account, received_at, event_id"),
            index(table, "key", "account, key, received_at, event_id"),
            index(table, "customer", "account, customer, received_at, event_id"),
            index(table, "code", "account, code, received_at, event_id"),
            """
            CREATE TABLE \(tables.deadLetterCounts) (
                account INTEGER NOT NULL,
                code TEXT NOT NULL,
                letters INTEGER NOT NULL CHECK (letters >= 0),
                PRIMARY KEY (account, code)
            ) STRICT, WITHOUT ROWID
            """,
        ]
    }
}
