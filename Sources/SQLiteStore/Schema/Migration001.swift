// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the first release: logs, streams, partitions, clocks, claims and timers.
///
/// A migration is never edited once released; what comes later is a migration of its own.
enum Migration001 {
    static let identifier = "001 event store"

    static func migrate(_ database: Database) throws {
        for statement in tables + CheckpointTables.all + triggers {
            try database.execute(sql: statement)
        }
    }

    private static let tables = [
        // One row: what was decided when the store was created, a number no other store has, and the
        // name by which checkpoints know the log.
        """
        CREATE TABLE store (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            partition_count INTEGER NOT NULL CHECK (partition_count BETWEEN 1 AND 4096),
            identity BLOB NOT NULL CHECK (length(identity) = 32),
            log_name TEXT NOT NULL
        ) STRICT
        """,
        // The heads of both logs, the cursor between them, and the live clock in microseconds
        // (0: it has not moved yet). The partition after the last one is that of the catalogs.
        """
        CREATE TABLE partitions (
            partition INTEGER PRIMARY KEY,
            ingest_head INTEGER NOT NULL DEFAULT 0,
            live_clock INTEGER NOT NULL DEFAULT 0,
            event_head INTEGER NOT NULL DEFAULT 0,
            cursor INTEGER NOT NULL DEFAULT 0,
            drained INTEGER NOT NULL DEFAULT 0,
            epoch INTEGER NOT NULL DEFAULT 0,
            CHECK (0 <= drained AND drained <= cursor AND cursor <= ingest_head)
        ) STRICT
        """,
        // Kinds: 0 is an outcome, 1 a catalog.
        """
        CREATE TABLE streams (
            stream INTEGER PRIMARY KEY,
            partition INTEGER NOT NULL,
            fingerprint INTEGER NOT NULL,
            account TEXT NOT NULL,
            kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),
            key BLOB NOT NULL
        ) STRICT
        """,
        // Leads from a key and from an event id to its stream. Fingerprints come in no order, so
        // what they lead to is not repeated here: the fewer pages, the fewer are written. That a
        // key has one stream is the owner's to see to, under the partition's epoch.
        "CREATE INDEX streams_by_fingerprint ON streams (partition, fingerprint)",
        // The place is the partition times 2^40 plus the position: rows lie in the order their
        // readers want, and the two together are unique without an index of their own. A stream's
        // number is unique in the store. No foreign key: it costs a quarter of the append rate.
        """
        CREATE TABLE events (
            place INTEGER PRIMARY KEY CHECK (place & 1099511627775 > 0),
            stream INTEGER NOT NULL,
            version INTEGER NOT NULL CHECK (version > 0),
            event_id BLOB,
            header BLOB NOT NULL,
            body BLOB NOT NULL,
            metadata_encryption INTEGER NOT NULL,
            metadata_key BLOB NOT NULL,
            metadata BLOB NOT NULL,
            envelope BLOB NOT NULL,
            previous BLOB NOT NULL CHECK (length(previous) = 32),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            UNIQUE (stream, version)
        ) STRICT
        """,
        // One row per flush: a directory of its partitions and places, and a frame of records for
        // each. Rows go once all of it is processed.
        """
        CREATE TABLE ingest (
            flush INTEGER PRIMARY KEY,
            parts BLOB NOT NULL,
            records BLOB NOT NULL
        ) STRICT
        """,
        // The idempotency keys, for ever. Scope and body are the first halves of SHA-256s.
        """
        CREATE TABLE idempotency (
            partition INTEGER NOT NULL,
            scope BLOB NOT NULL CHECK (length(scope) = 16),
            event_id BLOB NOT NULL,
            position INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (partition, scope)
        ) STRICT, WITHOUT ROWID
        """,
        // The claims of one flush in one blob, until they are moved into the table before.
        """
        CREATE TABLE recent_claims (
            flush INTEGER PRIMARY KEY,
            claims BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE clocks (
            partition INTEGER NOT NULL,
            account TEXT NOT NULL,
            clock INTEGER NOT NULL,
            PRIMARY KEY (partition, account)
        ) STRICT, WITHOUT ROWID
        """,
        // Which slot of the file of keys a customer's sealing key is in; the key itself is only there.
        // A generation that was closed before it had a key has neither an id nor a slot. Which slot
        // a destroyed key was in is kept, so that an old copy of that file brings nothing back.
        """
        CREATE TABLE sealing_keys (
            partition INTEGER NOT NULL,
            account TEXT NOT NULL,
            customer BLOB NOT NULL,
            generation INTEGER NOT NULL CHECK (generation >= 0),
            key_id BLOB NOT NULL CHECK (length(key_id) IN (0, 16)),
            slot INTEGER,
            is_destroyed INTEGER NOT NULL CHECK (is_destroyed IN (0, 1)),
            CHECK (is_destroyed = 1 OR slot IS NOT NULL),
            PRIMARY KEY (partition, account, customer, generation)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE INDEX sealing_keys_destroyed ON sealing_keys (slot) WHERE is_destroyed = 1
        """,
        // The clock is empty for the live clock, else the sandbox account whose clock it is.
        """
        CREATE TABLE timers (
            partition INTEGER NOT NULL,
            clock TEXT NOT NULL,
            due INTEGER NOT NULL,
            stream INTEGER NOT NULL,
            PRIMARY KEY (partition, clock, due, stream)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let appendOnly =
        ["events", "streams", "idempotency"] + CheckpointTables.names

    private static let triggers = appendOnly.flatMap { table in
        ["UPDATE", "DELETE"].map { change in
            """
            CREATE TRIGGER \(table)_no_\(change.lowercased()) BEFORE \(change) ON \(table)
            BEGIN
                SELECT RAISE(ABORT, '\(table) is append-only');
            END
            """
        }
    }
}
