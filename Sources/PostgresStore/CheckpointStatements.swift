// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements of checkpoints, tiles and signing keys.
enum CheckpointStatements {
    /// Nothing is written unless the log is what the writer believes, in the very statement: an owner
    /// that has lost its epoch writes nothing, nor does who holds events of before a fail-over.
    private static let append = PostgresStatement(
        "append_checkpoint",
        """
        WITH own AS (
            SELECT h.partition FROM event_heads h
            WHERE h.partition = $1::integer AND h.epoch = $2::bigint
                AND (h.owner IS NULL OR h.owner = $3::bigint) AND h.head >= $4::bigint
                AND EXISTS (
                    SELECT FROM events e
                    WHERE e.partition = $1::integer AND e.position = $4::bigint
                        AND e.hash = $5::bytea
                )
        ), tiles AS (
            INSERT INTO tree_tiles (partition, level, number, hash)
            SELECT o.partition, t.level, t.number, t.hash
            FROM own o, unnest($6::integer[], $7::bigint[], $8::bytea[]) AS t (level, number, hash)
            ON CONFLICT DO NOTHING
        ), made AS (
            INSERT INTO checkpoints (partition, size, root, time, note)
            SELECT o.partition, $4::bigint, $9::bytea, $10::bigint, $11::text FROM own o
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM own
        """
    )

    private static let selectTiles = PostgresStatement(
        "select_tree_tiles",
        """
        SELECT number, hash FROM tree_tiles
        WHERE partition = $1::integer AND level = $2::integer AND number >= $3::bigint
        ORDER BY number LIMIT $4::bigint
        """
    )

    private static let selectLeaves = PostgresStatement(
        "select_tree_leaves",
        """
        SELECT position - 1, hash FROM events
        WHERE partition = $1::integer AND position > $3::bigint AND $2::integer = 0
        ORDER BY position LIMIT $4::bigint
        """
    )

    private static let selectLatest = PostgresStatement(
        "select_latest_checkpoints",
        """
        SELECT c.* FROM unnest($1::integer[]) AS w (partition)
        CROSS JOIN LATERAL (
            SELECT partition, size, root, time, note FROM checkpoints c
            WHERE c.partition = w.partition ORDER BY c.size DESC LIMIT 1
        ) c
        """
    )

    private static let selectAfter = PostgresStatement(
        "select_checkpoints_after",
        """
        SELECT partition, size, root, time, note FROM checkpoints
        WHERE partition = $1::integer AND size > $2::bigint ORDER BY size LIMIT $3::bigint
        """
    )

    private static let insertKey = PostgresStatement(
        "insert_signing_key",
        """
        INSERT INTO signing_keys (key, since, registration)
        VALUES ($1::text, $2::bigint, $3::text) ON CONFLICT DO NOTHING RETURNING since
        """
    )

    private static let selectKeys = PostgresStatement(
        "select_signing_keys",
        "SELECT key, since, registration FROM signing_keys ORDER BY since, key"
    )

    // MARK: Reading

    static func latest(
        of partitions: [Partition],
        _ connection: PostgresConnection
    ) throws -> [Partition: StoredCheckpoint] {
        var parameters = PostgresParameters()
        parameters.add(integers: partitions.map(\.number))
        let all = try connection.all(selectLatest, parameters) { try $0.checkpoint() }
        return Dictionary(all.map { ($0.partition, $0) }) { first, _ in first }
    }

    static func page(
        in partition: Partition,
        after size: Int64,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [StoredCheckpoint] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(size)
        parameters.add(Int64(limit))
        return try connection.all(selectAfter, parameters) { try $0.checkpoint() }
    }

    /// The hashes of a range, up to the first that is not there.
    static func hashes(
        in partition: Partition,
        _ range: TreeRange,
        _ connection: PostgresConnection
    ) throws -> [Digest] {
        guard range.count > 0 else { return [] }
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(integer: range.level)
        parameters.add(range.first)
        parameters.add(Int64(range.count))
        let rows = try connection.all(
            range.level == 0 ? selectLeaves : selectTiles,
            parameters
        ) { (number: $0.integer(0), hash: try $0.digest(1)) }
        return zip(rows, range.first...).prefix { $0.number == $1 }.map(\.0.hash)
    }

    static func keys(_ connection: PostgresConnection) throws -> [StoredSigningKey] {
        try connection.all(selectKeys) { row in
            StoredSigningKey(
                key: row.string(0),
                since: try row.timestamp(1),
                registration: row.string(2)
            )
        }
    }

    // MARK: Writing

    /// Adds a checkpoint if the log is what its writer believes; answers whether it is.
    static func write(
        _ append: CheckpointAppend,
        by instance: NodeInstance,
        _ connection: PostgresConnection
    ) throws -> Bool {
        let checkpoint = append.checkpoint
        var parameters = PostgresParameters()
        parameters.add(integer: checkpoint.partition.number)
        parameters.add(Int64(append.epoch))
        parameters.add(instance.value)
        parameters.add(checkpoint.size)
        parameters.add(append.last.bytes)
        parameters.add(integers: append.tiles.map(\.level))
        parameters.add(append.tiles.map(\.number))
        parameters.add(append.tiles.map(\.hash))
        parameters.add(checkpoint.root.bytes)
        parameters.add(checkpoint.time.microseconds)
        parameters.add(text: checkpoint.note)
        return try connection.first(Self.append, parameters) { $0.integer(0) } == 1
    }

    static func write(_ key: StoredSigningKey, _ connection: PostgresConnection) throws {
        var parameters = PostgresParameters()
        parameters.add(text: key.key)
        parameters.add(key.since.microseconds)
        parameters.add(text: key.registration)
        _ = try connection.first(insertKey, parameters) { $0.integer(0) }
    }
}

extension PostgresRow {
    /// A checkpoint from its partition, size, root, time and note.
    fileprivate func checkpoint() throws(StoreError) -> StoredCheckpoint {
        StoredCheckpoint(
            partition: Partition(Int(integer(0))),
            size: integer(1),
            root: try digest(2),
            time: try timestamp(3),
            note: string(4)
        )
    }
}
