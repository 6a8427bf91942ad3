// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the read models and their migrations: each copy is in a file of its own.
///
/// Outcomes go by the number of their stream: numbers grow with time, so that rows that are written
/// together lie together. Accounts go by a number as well, since nearly every index begins with one.
enum ReadModelSchema {
    private static let tables = "001 tables"
    private static let runs = "003 runs of marks"
    /// Changes nothing: an older build, whose postings have had a unique index from the start, is to
    /// keep away from a copy that gets it later.
    private static let idsLast = "003 postings without an index"
    /// The migration after which an outcome can have but one posting.
    static let postingsByID = "004 postings by id"
    /// The migration after which rows can be read: a copy that is built aside gets its indexes once
    /// its rows are there, which costs a fraction of keeping them up to date on the way.
    static let indexes = "002 indexes"

    /// The migration after which rows can be folded in.
    static func rows(of model: ReadModelName) -> String {
        switch model {
        case .journeys: runs
        case .ledger: idsLast
        case .feed, .deadLetters, .value: tables
        }
    }

    /// The migrations of one copy of a read model.
    static func migrator(of model: ReadModelName) -> DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration(tables) { database in
            for statement in shared + tables(of: model) {
                try database.execute(sql: statement)
            }
        }
        switch model {
        case .journeys:
            migrator.registerMigration(runs) { try $0.execute(sql: journeyRuns) }
        case .ledger:
            migrator.registerMigration(idsLast) { _ in }
            migrator.registerMigration(postingsByID) { database in
                let indexes = try database.indexes(on: ReadModelTables.postings)
                guard !indexes.contains(where: { $0.isUnique && $0.columns == ["id"] }) else {
                    return
                }
                try database.execute(sql: postingsIndex)
            }
        case .feed, .deadLetters, .value: break
        }
        migrator.registerMigration(indexes) { database in
            for statement in indexes(of: model) {
                try database.execute(sql: statement)
            }
        }
        return migrator
    }

    private static func tables(of model: ReadModelName) -> [String] {
        switch model {
        case .feed: feedTables
        case .ledger: ledgerTables + ledgerTriggers
        case .deadLetters: letterTables
        case .journeys: journeyTables
        case .value: ValueDeliveredSchema.tables
        }
    }

    private static func indexes(of model: ReadModelName) -> [String] {
        switch model {
        case .feed: feedIndexes
        case .ledger: ledgerIndexes
        case .deadLetters: letterIndexes
        case .journeys: []
        case .value: ValueDeliveredSchema.indexes
        }
    }

    /// What every copy has.
    private static let shared = [
        """
        CREATE TABLE checkpoints (
            partition INTEGER PRIMARY KEY,
            position INTEGER NOT NULL CHECK (position > 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT
        """,
        // What has to be reached before rows that are built anew may be read.
        """
        CREATE TABLE rebuild_goals (
            partition INTEGER PRIMARY KEY,
            position INTEGER NOT NULL CHECK (position > 0)
        ) STRICT
        """,
        // When the rows had a partition's log up to a place: one for each batch and partition.
        // `rebuilt`: they were being built anew then.
        """
        CREATE TABLE arrivals (
            partition INTEGER NOT NULL,
            position INTEGER NOT NULL CHECK (position > 0),
            at INTEGER NOT NULL,
            rebuilt INTEGER NOT NULL,
            PRIMARY KEY (partition, position)
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

    static func index(_ table: String, _ name: String, _ columns: String) -> String {
        "CREATE INDEX \(ReadModelTables.index(table, by: name)) ON \(table) (\(columns))"
    }
}

// MARK: Outcomes feed

extension ReadModelSchema {
    private static let feedTables = [
        // What changes stands first, so that a fold reads no further than it has to.
        """
        CREATE TABLE \(ReadModelTables.outcomes) (
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
            attribution_method INTEGER NOT NULL CHECK (attribution_method BETWEEN 0 AND 4),
            attributed TEXT,
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
        // Outcomes by the UTC day on which they opened; day -1 is all time.
        """
        CREATE TABLE \(ReadModelTables.outcomeCounts) (
            account INTEGER NOT NULL,
            day INTEGER NOT NULL,
            agent TEXT NOT NULL,
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
            outcomes INTEGER NOT NULL CHECK (outcomes >= 0),
            PRIMARY KEY (account, day, agent, state)
        ) STRICT, WITHOUT ROWID
        """,
        // Money by kind (0: scheduled to be confirmed, by the day of the settlement to come;
        // 1: confirmed, by the day of the settlement).
        """
        CREATE TABLE \(ReadModelTables.outcomeAmounts) (
            account INTEGER NOT NULL,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),
            day INTEGER NOT NULL,
            currency TEXT NOT NULL,
            outcomes INTEGER NOT NULL CHECK (outcomes >= 0),
            amount TEXT NOT NULL,
            PRIMARY KEY (account, kind, day, currency)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let feedIndexes = [
        index(ReadModelTables.outcomes, "account", "account, opened_at, key"),
        index(ReadModelTables.outcomes, "state", "account, state, opened_at, key"),
        index(ReadModelTables.outcomes, "agent", "account, agent, opened_at, key"),
        index(ReadModelTables.outcomes, "customer", "account, customer, opened_at, key"),
    ]
}

// MARK: Billing ledger

extension ReadModelSchema {
    private static let postingsIndex =
        "CREATE UNIQUE INDEX \(ReadModelTables.index(ReadModelTables.postings, by: "id")) "
        + "ON \(ReadModelTables.postings) (id)"

    private static let ledgerIndexes = [
        index(ReadModelTables.postings, "account", "account, recorded_at, id"),
        index(ReadModelTables.postings, "customer", "account, customer, recorded_at, id"),
        index(ReadModelTables.postings, "agent", "account, agent, recorded_at, id"),
    ]

    private static let ledgerTriggers = [ReadModelTables.postings, ReadModelTables.lines]
        .flatMap { table in
            ["UPDATE", "DELETE"].map { change in
                """
                CREATE TRIGGER \(table)_no_\(change.lowercased()) BEFORE \(change) ON \(table)
                BEGIN
                    SELECT RAISE(ABORT, 'the ledger is append-only');
                END
                """
            }
        }

    private static let ledgerTables = [
        // Who pays whom, from an outcome's opening to its end.
        """
        CREATE TABLE \(ReadModelTables.billingTerms) (
            stream INTEGER PRIMARY KEY,
            customer TEXT NOT NULL,
            agent TEXT NOT NULL,
            price TEXT NOT NULL
        ) STRICT
        """,
        // The id is derived from account and key: its unique index makes it one posting for each
        // outcome, for ever. Ids come in no order: a copy that is built aside has the index once its
        // rows are there, and only then learns whether an outcome is booked twice.
        """
        CREATE TABLE \(ReadModelTables.postings) (
            posting INTEGER PRIMARY KEY,
            id BLOB NOT NULL CHECK (length(id) = 20),
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
        CREATE TABLE \(ReadModelTables.lines) (
            posting INTEGER NOT NULL REFERENCES \(ReadModelTables.postings),
            line INTEGER NOT NULL,
            ledger_account TEXT NOT NULL,
            amount TEXT NOT NULL,
            PRIMARY KEY (posting, line)
        ) STRICT, WITHOUT ROWID
        """,
        // Day -1 is all time, the empty customer all customers.
        """
        CREATE TABLE \(ReadModelTables.sums) (
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

// MARK: Journeys

extension ReadModelSchema {
    // Marks are hashes and come in no order. Those of a batch are a run of their own, sorted, at the
    // end of the table: a few pages. Runs that have come together go into a generation, where each
    // page then takes several marks.
    private static let journeyRuns = """
        CREATE TABLE \(ReadModelTables.journeyRuns) (
            run INTEGER NOT NULL CHECK (run > 0),
            mark INTEGER NOT NULL,
            partition INTEGER NOT NULL,
            block INTEGER NOT NULL,
            PRIMARY KEY (run, mark, partition, block)
        ) STRICT, WITHOUT ROWID
        """

    private static let journeyTables = [
        // The generation before the marks grows with their number, so that inserts go to a part of
        // the table that stays in memory.
        """
        CREATE TABLE \(ReadModelTables.journeyMarks) (
            generation INTEGER NOT NULL,
            mark INTEGER NOT NULL,
            partition INTEGER NOT NULL,
            block INTEGER NOT NULL,
            PRIMARY KEY (generation, mark, partition, block)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE \(ReadModelTables.journeyGenerations) (
            generation INTEGER PRIMARY KEY,
            marks INTEGER NOT NULL CHECK (marks >= 0)
        ) STRICT
        """,
    ]
}

// MARK: Dead letters

extension ReadModelSchema {
    private static let letterTables = [
        """
        CREATE TABLE \(ReadModelTables.deadLetters) (
            event_id BLOB NOT NULL PRIMARY KEY CHECK (length(event_id) = 20),
            account INTEGER NOT NULL,
            key BLOB NOT NULL,
            code TEXT NOT NULL,
            action TEXT NOT NULL,
            customer TEXT NOT NULL,
            agent TEXT,
            received_at INTEGER NOT NULL,
            parked INTEGER NOT NULL,
            grouping BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE \(ReadModelTables.deadLetterCounts) (
            account INTEGER NOT NULL,
            code TEXT NOT NULL,
            letters INTEGER NOT NULL CHECK (letters >= 0),
            PRIMARY KEY (account, code)
        ) STRICT, WITHOUT ROWID
        """,
        // What a group has in common stands in its name; the columns spare taking it apart.
        """
        CREATE TABLE \(ReadModelTables.deadLetterGroups) (
            account INTEGER NOT NULL,
            grouping BLOB NOT NULL,
            letters INTEGER NOT NULL CHECK (letters >= 0),
            code TEXT NOT NULL,
            agent TEXT,
            action TEXT,
            customer TEXT,
            PRIMARY KEY (account, grouping)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let letterIndexes = [
        index(ReadModelTables.deadLetters, "account", "account, received_at, event_id"),
        index(ReadModelTables.deadLetters, "key", "account, key, received_at, event_id"),
        index(ReadModelTables.deadLetters, "customer", "account, customer, received_at, event_id"),
        index(ReadModelTables.deadLetters, "code", "account, code, received_at, event_id"),
        index(ReadModelTables.deadLetters, "group", "account, grouping, received_at, event_id"),
    ]
}
