// SPDX-License-Identifier: Apache-2.0

/// The tables of the first release: logs, streams, heads, clocks, claims and timers.
///
/// Every key begins with the partition, so that the tables distribute by it. A migration is never
/// edited once released; what comes later is a migration of its own.
enum Migration001 {
    static let statements = tables + CheckpointTables.all + [intake] + appendOnly

    private static let tables = [
        // One row: what was decided when the store was created, a number no other store has, and the
        // name by which checkpoints know the log. A copy of another store says of which; while it is not finished `copy_level` says of which
        // state of that store it is a part, and nobody may serve it.
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
            kind smallint NOT NULL CHECK (kind IN (0, 1)),
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

    /// Accepts drafts of one partition: finds duplicates, hands out places and times.
    ///
    /// The head's row lock comes first. A function that is VOLATILE, under READ COMMITTED, reads in
    /// each of its statements what was committed before that statement: after the lock, that is
    /// everything that other callers have accepted, and every catalog change that was answered.
    /// Outcomes: 0 accepted, 1 duplicate, 2 refused, 3 made by an older catalog than the one at
    /// `place`. In a repeat an event that is there already is accepted, at its place. No claim may
    /// come twice. `accounts` has each account once, `owners` says whose each draft is, from 1 on.
    ///
    /// Drafts that are plain (live, none can be refused, no repeat) and find neither a holder of a
    /// claim nor a newer catalog are accepted in one go: one row answers all of them, outcome 4, with
    /// the first place and the clock as it was before. `rising` has their times, each no earlier than
    /// the one ahead of it; empty when `times` are so themselves.
    ///
    /// A statement whose answer was lost may still lie unread at a server that has stopped, and be
    /// executed when it goes on: a repeat voids all earlier attempts of its node first. What was
    /// processed so long ago that its row is gone has left a fact: such a repeat is refused.
    ///
    /// `written` is the database's clock once the head is locked: what lies between it and the
    /// caller's own `accepted_at` is the way here and the wait for others.
    ///
    /// LATERAL with LIMIT keeps to the indexes, whatever a plan was made for. It has no settings of
    /// its own, the search path neither: to switch them costs more than a row.
    private static let intake = """
        CREATE FUNCTION intake(
            p integer, node bigint, try bigint, is_repeat boolean, is_plain boolean,
            catalogs integer, accounts text[], fingerprints bigint[], oldest bigint[],
            owners integer[], ids bytea[], versions bigint[], sandboxes boolean[], times bigint[],
            rising bigint[], earliests bigint[], scopes uuid[], bodies uuid[], payloads bytea[],
            traces text[], origins bytea[]
        ) RETURNS TABLE (
            outcome integer, holder bytea, place bigint, at bigint, held uuid, written bigint
        ) LANGUAGE plpgsql VOLATILE AS $intake$
        #variable_conflict use_column
        DECLARE
            draft record;
            next_head bigint;
            clock_now bigint;
            at_now bigint;
            newest bigint[];
            is_outdated boolean;
            is_void boolean;
            is_free boolean;
            places bigint[] := '{}';
            ats bigint[] := '{}';
        BEGIN
            SELECT h.head, h.live_clock INTO STRICT next_head, clock_now
            FROM ingest_heads h WHERE h.partition = p FOR UPDATE;
            written := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
            IF is_repeat THEN
                INSERT INTO intake_fences AS f (partition, instance, attempt)
                VALUES (p, node, try - 1)
                ON CONFLICT (partition, instance)
                DO UPDATE SET attempt = greatest(f.attempt, excluded.attempt);
            END IF;
            SELECT array_agg(coalesce(v.version, 0) ORDER BY a.ordinal),
                coalesce(bool_or(a.oldest < v.version), false),
                EXISTS (
                    SELECT FROM intake_fences f
                    WHERE f.partition = p AND f.instance = node AND f.attempt >= try
                ),
                is_plain AND NOT EXISTS (
                    SELECT FROM unnest(scopes) AS d (scope)
                    CROSS JOIN LATERAL (
                        SELECT FROM idempotency h
                        WHERE h.partition = p AND h.scope = d.scope LIMIT 1
                    ) c
                )
            INTO STRICT newest, is_outdated, is_void, is_free
            FROM unnest(accounts, fingerprints, oldest) WITH ORDINALITY
                AS a (account, fingerprint, oldest, ordinal)
            LEFT JOIN LATERAL (
                SELECT e.version FROM streams s
                CROSS JOIN LATERAL (
                    SELECT g.version FROM events g
                    WHERE g.partition = catalogs AND g.stream = s.stream
                    ORDER BY g.version DESC LIMIT 1
                ) e
                WHERE s.partition = catalogs AND s.fingerprint = a.fingerprint
                    AND s.account = a.account AND s.kind = 1
                LIMIT 1
            ) v ON true;
            IF is_void THEN
                RAISE EXCEPTION 'this attempt has been repeated since';
            END IF;
            IF is_free AND NOT is_outdated THEN
                IF cardinality(rising) = 0 THEN
                    rising := times;
                END IF;
                WITH moved AS (
                    UPDATE ingest_heads h SET head = next_head + cardinality(ids),
                        live_clock = greatest(clock_now, rising[cardinality(rising)])
                    WHERE h.partition = p
                ), claimed AS (
                    INSERT INTO idempotency (
                        partition, scope, event_id, position, received_at, body
                    )
                    SELECT p, d.scope, d.id, next_head + d.ordinal, greatest(clock_now, d.now),
                        d.body
                    FROM unnest(scopes, ids, rising, bodies) WITH ORDINALITY
                        AS d (scope, id, now, body, ordinal)
                    WHERE d.scope IS NOT NULL
                )
                INSERT INTO ingest (
                    partition, position, event_id, account, catalog_version, is_sandbox,
                    received_at, payload, trace, origin, written_at
                )
                SELECT p, next_head + d.ordinal, d.id, accounts[d.owner], d.version, false,
                    greatest(clock_now, d.now), d.payload, d.trace, d.origin, written
                FROM unnest(ids, owners, versions, rising, payloads, traces, origins)
                    WITH ORDINALITY
                    AS d (id, owner, version, now, payload, trace, origin, ordinal);
                outcome := 4;
                place := next_head + 1;
                at := clock_now;
                RETURN NEXT;
                RETURN;
            END IF;
            IF is_repeat AND EXISTS (
                SELECT FROM unnest(ids) AS d (id)
                JOIN streams s ON s.partition = p AND s.fingerprint =
                    ('x' || encode(substring(d.id FROM 3 FOR 8), 'hex'))::bit(64)::bigint
                JOIN events e ON e.partition = p AND e.stream = s.stream AND e.event_id = d.id
                WHERE NOT EXISTS (
                    SELECT FROM ingest g WHERE g.partition = p AND g.event_id = d.id
                )
            ) THEN
                RAISE EXCEPTION 'an event of this repeat was processed long ago';
            END IF;
            FOR draft IN
                SELECT d.*, accounts[d.owner] AS account, newest[d.owner] AS newest,
                    c.event_id AS c_id, c.position AS c_place, c.received_at AS c_at,
                    c.body AS c_body, i.position AS i_place, i.received_at AS i_at
                FROM unnest(ids, owners, versions, sandboxes, times, earliests, scopes, bodies)
                    WITH ORDINALITY AS d (
                        id, owner, version, is_sandbox, now, earliest, scope, body, ordinal
                    )
                LEFT JOIN LATERAL (
                    SELECT * FROM idempotency h WHERE h.partition = p AND h.scope = d.scope LIMIT 1
                ) c ON true
                LEFT JOIN LATERAL (
                    SELECT * FROM ingest g
                    WHERE is_repeat AND g.partition = p AND g.event_id = d.id LIMIT 1
                ) i ON true
                ORDER BY d.ordinal
            LOOP
                outcome := 0;
                holder := draft.id;
                held := NULL;
                places := places || NULL::bigint;
                ats := ats || NULL::bigint;
                IF draft.i_place IS NOT NULL OR draft.c_id = draft.id THEN
                    place := coalesce(draft.i_place, draft.c_place);
                    at := coalesce(draft.i_at, draft.c_at);
                ELSIF draft.c_id IS NOT NULL THEN
                    outcome := 1;
                    holder := draft.c_id;
                    place := draft.c_place;
                    at := draft.c_at;
                    held := draft.c_body;
                ELSE
                    IF draft.is_sandbox THEN
                        at_now := greatest(
                            (SELECT k.clock FROM clocks k
                             WHERE k.partition = p AND k.account = draft.account),
                            draft.now, 0
                        );
                    ELSE
                        at_now := greatest(clock_now, draft.now);
                    END IF;
                    at := at_now;
                    IF at_now < draft.earliest THEN
                        outcome := 2;
                        place := 0;
                    ELSIF draft.version < draft.newest THEN
                        outcome := 3;
                        place := draft.newest;
                    ELSE
                        next_head := next_head + 1;
                        place := next_head;
                        places[draft.ordinal] := next_head;
                        ats[draft.ordinal] := at_now;
                        IF draft.is_sandbox THEN
                            INSERT INTO clocks AS k (partition, account, clock)
                            VALUES (p, draft.account, at_now)
                            ON CONFLICT (partition, account) DO UPDATE SET clock = excluded.clock;
                        ELSE
                            clock_now := at_now;
                        END IF;
                    END IF;
                END IF;
                RETURN NEXT;
            END LOOP;
            INSERT INTO ingest (
                partition, position, event_id, account, catalog_version, is_sandbox, received_at,
                payload, trace, origin, written_at
            )
            SELECT p, d.place, d.id, accounts[d.owner], d.version, d.is_sandbox, d.at, d.payload,
                d.trace, d.origin, written
            FROM unnest(places, ids, owners, versions, sandboxes, ats, payloads, traces, origins)
                AS d (place, id, owner, version, is_sandbox, at, payload, trace, origin)
            WHERE d.place IS NOT NULL;
            INSERT INTO idempotency (partition, scope, event_id, position, received_at, body)
            SELECT p, d.scope, d.id, d.place, d.at, d.body
            FROM unnest(places, ids, ats, scopes, bodies) AS d (place, id, at, scope, body)
            WHERE d.place IS NOT NULL AND d.scope IS NOT NULL;
            UPDATE ingest_heads h SET head = next_head, live_clock = clock_now
            WHERE h.partition = p AND (h.head <> next_head OR h.live_clock <> clock_now);
        END
        $intake$
        """

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
