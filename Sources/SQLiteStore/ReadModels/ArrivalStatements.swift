// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit

/// The statements of the times at which read models have got anywhere.
enum ArrivalStatements {
    static let insert = """
        INSERT INTO arrivals (projection, partition, position, at, rebuilt)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
        """

    static let selectFirst = """
        SELECT at, rebuilt FROM arrivals
        WHERE projection = ?1 AND partition = ?2 AND position >= ?3 ORDER BY position LIMIT 1
        """

    static let queries = [selectFirst]

    /// Notes that a batch is in the rows; `name` is that of the checkpoints.
    static func insert(
        _ marks: [CheckpointMark],
        of name: String,
        at instant: Timestamp,
        isRebuilt: (Partition) -> Bool,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, insert)
        statement.bind(1, Text(name))
        statement.bind(4, instant.microseconds)
        for mark in marks {
            statement.bind(2, mark.partition)
            statement.bind(3, mark.position.value)
            statement.bind(5, isRebuilt(mark.partition) ? 1 : 0)
            try statement.run()
        }
    }

    /// When a place was first in the rows; nil when it is not yet.
    static func arrival(
        of projection: String,
        named name: String,
        at place: PartitionPlace,
        _ database: Database
    ) throws -> Arrival? {
        let statement = try BoundStatement(database, selectFirst)
        statement.bind(1, Text(name))
        statement.bind(2, place.partition)
        statement.bind(3, place.position.value)
        return try statement.first { row in
            Arrival(
                projection: projection,
                at: try row.timestamp(0),
                isRebuilt: row.integer(1) != 0
            )
        }
    }
}
