// SPDX-License-Identifier: Apache-2.0

/// The function that takes records into a partition's ingest log; part of the first migration.
enum IntakeFunction {
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
    static let definition = """
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
}
