// SPDX-License-Identifier: Apache-2.0

/// The tables of the first release: logs, streams, heads, clocks, claims and timers.
///
/// Every key begins with the partition, so that the tables distribute by it; who may sign in is of no
/// partition. A migration is never edited once released; what comes later is a migration of its own.
enum Migration001 {
    static let statements =
        tables + CheckpointTables.all + UserTables.all + [IntakeFunction.definition] + appendOnly

    private static let tables = [
        // One row: what was decided when the store was created, a number no other store has, and the
        // name by which checkpoints know the log. A copy of another store says of which; while it is
        // not finished `copy_level` says of which state of that store it is a part, and nobody may
        // serve it.
        """
        CREATE TABLE store (
            id integer PRIMARY KEY CHECK (id = 1),
            partition_count integer NOT NULL CHECK (partition_count BETWEEN 1 AND 4096),
            identity bytea NOT NULL CHECK (length(identity) = 32),
            log_name text COLLATE "C" NOT NULL,
            copy_source bytea CHECK (length(copy_source) = 32),
            copy_level bytea CHECK (length(copy_level) = 32),
            CHECK (copy_level IS NULL OR copy_source IS NOT NULL)
        )
        """,
        // The two heads of a partition are kept apart: any node moves the first, its owner alone
        // the second. Rows that change all the time get room, so that they stay where they are.
        """
        CREATE TABLE ingest_heads (
            partition integer PRIMARY KEY,
            head bigint NOT NULL DEFAULT 0,
            live_clock bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 20)
        """,
        """
        CREATE TABLE event_heads (
            partition integer PRIMARY KEY,
            head bigint NOT NULL DEFAULT 0,
            cursor bigint NOT NULL DEFAULT 0,
            drained bigint NOT NULL DEFAULT 0,
            epoch bigint NOT NULL DEFAULT 0,
            owner bigint,
            CHECK (0 <= drained AND drained <= cursor)
        ) WITH (fillfactor = 20)
        """,
        // The nodes and when they last renewed their leases, by the server's clock; few, and not of
        // any partition.
        """
        CREATE TABLE nodes (
            instance bigint PRIMARY KEY,
            name text COLLATE "C" NOT NULL,
            started_at bigint NOT NULL,
            renewed_at bigint NOT NULL,
            lease_microseconds bigint NOT NULL CHECK (lease_microseconds > 0),
            is_leaving boolean NOT NULL
        ) WITH (fillfactor = 20)
        """,
        """
        CREATE TABLE ingest (
            partition integer NOT NULL,
            position bigint NOT NULL,
            event_id bytea NOT NULL CHECK (length(event_id) = 20),
            account text COLLATE "C" NOT NULL,
            catalog_version bigint NOT NULL,
            is_sandbox boolean NOT NULL,
            received_at bigint NOT NULL,
            payload bytea NOT NULL,
            trace text COLLATE "C",
            origin bytea NOT NULL,
            written_at bigint NOT NULL,
            PRIMARY KEY (partition, position)
        )
        """,
        // The idempotency keys, for ever. Scope and body are the first 16 bytes of SHA-256s, in the
        // type that has just as many and no length.
        """
        CREATE TABLE idempotency (
            partition integer NOT NULL,
            scope uuid NOT NULL,
            event_id bytea NOT NULL,
            position bigint NOT NULL,
            received_at bigint NOT NULL,
            body uuid NOT NULL,
            PRIMARY KEY (partition, scope)
        )
        """,
        // Statements that may not be executed any more: those of a node's intake, up to an attempt.
        // Only a node that has lost an answer makes a row.
        """
        CREATE TABLE intake_fences (
            partition integer NOT NULL,
            instance bigint NOT NULL,
            attempt bigint NOT NULL,
            PRIMARY KEY (partition, instance)
        )
        """,
        """
        CREATE TABLE clocks (
            partition integer NOT NULL,
            account text COLLATE "C" NOT NULL,
            clock bigint NOT NULL,
            PRIMARY KEY (partition, account)
        )
        """,
        // A stream's number is the position of its first event. Kinds: 0 is an outcome, 1 a
        // catalog.
        """
        CREATE TABLE streams (
            partition integer NOT NULL,
            stream bigint NOT NULL,
            fingerprint bigint NOT NULL,
            account text COLLATE "C" NOT NULL,
            kind smallint NOT NULL CHECK (kind IN (0, 1, 2)),
            key bytea NOT NULL,
            PRIMARY KEY (partition, stream)
        )
        """,
        // A key has one stream; it is found by its fingerprint.
        """
        CREATE UNIQUE INDEX streams_by_key ON streams (partition, fingerprint, account, kind, key)
        """,
        """
        CREATE TABLE events (
            partition integer NOT NULL,
            position bigint NOT NULL CHECK (position > 0),
            stream bigint NOT NULL,
            version bigint NOT NULL CHECK (version > 0),
            event_id bytea,
            header bytea NOT NULL,
            body bytea NOT NULL,
            metadata_encryption smallint NOT NULL,
            metadata_key bytea NOT NULL,
            metadata bytea NOT NULL,
            envelope bytea NOT NULL,
            previous bytea NOT NULL CHECK (length(previous) = 32),
            hash bytea NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (partition, position),
            UNIQUE (partition, stream, version)
        )
        """,
        // What customers' metadata is sealed with; without a secret it has been destroyed. A
        // generation that was closed before it had a key has no id.
        """
        CREATE TABLE sealing_keys (
            partition integer NOT NULL,
            account text COLLATE "C" NOT NULL,
            customer bytea NOT NULL,
            generation bigint NOT NULL CHECK (generation >= 0),
            key_id bytea NOT NULL CHECK (length(key_id) IN (0, 16)),
            secret bytea CHECK (length(secret) = 32),
            PRIMARY KEY (partition, account, customer, generation)
        )
        """,
        // The clock is empty for the live clock, else the sandbox account whose clock it is.
        """
        CREATE TABLE timers (
            partition integer NOT NULL,
            clock text COLLATE "C" NOT NULL,
            due bigint NOT NULL,
            stream bigint NOT NULL,
            PRIMARY KEY (partition, clock, due, stream)
        )
        """,
    ]

    /// What is written once stays; privileges say the same where triggers cannot be.
    private static let appendOnly =
        [
            """
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse$
            BEGIN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
            END
            $refuse$
            """
        ]
        + (["events", "streams", "idempotency"] + CheckpointTables.names).flatMap { table in
            [
                """
                CREATE TRIGGER \(table)_no_change BEFORE UPDATE OR DELETE ON \(table)
                FOR EACH ROW EXECUTE FUNCTION refuse_change()
                """,
                """
                CREATE TRIGGER \(table)_no_truncate BEFORE TRUNCATE ON \(table)
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
                """,
            ]
        }
}
