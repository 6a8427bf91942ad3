// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of checkpoints, tiles and signing keys.
enum CheckpointStatements {
    static let insertTile = """
        INSERT INTO tree_tiles (partition, level, number, hash) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING
        """

    static let selectTiles = """
        SELECT number, hash FROM tree_tiles
        WHERE partition = ?1 AND level = ?2 AND number >= ?3 ORDER BY number LIMIT ?4
        """

    static let selectLeaves = """
        SELECT place, hash FROM events WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3
        """

    static let insertCheckpoint = """
        INSERT INTO checkpoints (partition, size, root, time, note) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO NOTHING
        """

    static let selectLatest = """
        SELECT size, root, time, note FROM checkpoints
        WHERE partition = ?1 ORDER BY size DESC LIMIT 1
        """

    static let selectAfter = """
        SELECT size, root, time, note FROM checkpoints
        WHERE partition = ?1 AND size > ?2 ORDER BY size LIMIT ?3
        """

    static let all = [
        insertTile, selectTiles, selectLeaves, insertCheckpoint, selectLatest, selectAfter,
    ]

    static let insertKey = """
        INSERT INTO signing_keys (key, since, registration) VALUES (?1, ?2, ?3)
        ON CONFLICT DO NOTHING
        """

    /// Few rows, all of them.
    static let selectKeys = "SELECT key, since, registration FROM signing_keys ORDER BY since, key"

    // MARK: Reading

    static func latest(in partition: Partition, _ database: Database) throws -> StoredCheckpoint? {
        let select = try BoundStatement(database, selectLatest)
        select.bind(1, partition)
        return try select.first { try $0.checkpoint(of: partition) }
    }

    static func page(
        in partition: Partition,
        after size: Int64,
        limit: Int,
        _ database: Database
    ) throws -> [StoredCheckpoint] {
        let select = try BoundStatement(database, selectAfter)
        select.bind(1, partition)
        select.bind(2, size)
        select.bind(3, limit)
        return try select.all { try $0.checkpoint(of: partition) }
    }

    /// The hashes of a range, up to the first that is not there.
    static func hashes(
        in partition: Partition,
        _ range: TreeRange,
        _ database: Database
    ) throws -> [Digest] {
        var hashes: [Digest] = []
        guard range.count > 0 else { return hashes }
        let isLeaves = range.level == 0
        let select = try BoundStatement(database, isLeaves ? selectLeaves : selectTiles)
        if isLeaves {
            select.bind(1, EventPlace.start(of: partition) + range.first)
            select.bind(2, EventPlace.end(of: partition))
            select.bind(3, range.count)
        } else {
            select.bind(1, partition)
            select.bind(2, range.level)
            select.bind(3, range.first)
            select.bind(4, range.count)
        }
        try select.forEachRow { row in
            let number =
                isLeaves ? EventPlace.position(of: row.integer(0)).value - 1 : row.integer(0)
            guard number == range.first + Int64(hashes.count) else { return false }
            hashes.append(try row.digest(1))
            return true
        }
        return hashes
    }

    static func keys(_ database: Database) throws -> [StoredSigningKey] {
        try BoundStatement(database, selectKeys).all { row in
            StoredSigningKey(
                key: try row.text(0).string,
                since: try row.timestamp(1),
                registration: try row.text(2).string
            )
        }
    }

    // MARK: Writing

    /// Adds a checkpoint if the log is what its writer believes; answers whether it is.
    static func write(_ append: CheckpointAppend, _ database: Database) throws -> Bool {
        let checkpoint = append.checkpoint
        let place = PartitionPlace(
            partition: checkpoint.partition,
            position: LogPosition(checkpoint.size)
        )
        guard
            let state = try PartitionStatements.row(of: checkpoint.partition, database)?.state,
            state.epoch == append.epoch, state.head >= place.position,
            try EventLogStatements.hash(at: place, database) == append.last
        else { return false }
        for tile in append.tiles {
            let insert = try BoundStatement(database, insertTile)
            insert.bind(1, checkpoint.partition)
            insert.bind(2, tile.level)
            insert.bind(3, tile.number)
            insert.bind(4, tile.hash)
            try insert.run()
        }
        let insert = try BoundStatement(database, insertCheckpoint)
        insert.bind(1, checkpoint.partition)
        insert.bind(2, checkpoint.size)
        insert.bind(3, checkpoint.root)
        insert.bind(4, checkpoint.time.microseconds)
        insert.bind(5, Text(checkpoint.note))
        try insert.run()
        return true
    }

    static func write(_ key: StoredSigningKey, _ database: Database) throws {
        let insert = try BoundStatement(database, insertKey)
        insert.bind(1, Text(key.key))
        insert.bind(2, key.since.microseconds)
        insert.bind(3, Text(key.registration))
        try insert.run()
    }
}

extension StatementRow {
    /// A checkpoint from its size, root, time and note.
    fileprivate func checkpoint(of partition: Partition) throws(StoreError) -> StoredCheckpoint {
        StoredCheckpoint(
            partition: partition,
            size: integer(0),
            root: try digest(1),
            time: try timestamp(2),
            note: try text(3).string
        )
    }
}
