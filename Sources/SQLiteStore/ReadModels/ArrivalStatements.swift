// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit

/// The statements of the times at which read models have got anywhere.
enum ArrivalStatements {
    static let insert = """
        INSERT INTO arrivals (partition, position, at, rebuilt)
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING
        """

    static let selectFirst = """
        SELECT at, rebuilt FROM arrivals
        WHERE partition = ?1 AND position >= ?2 ORDER BY position LIMIT 1
        """

    static let queries = [selectFirst]

    /// Notes that a batch is in the rows.
    static func insert(
        _ marks: [CheckpointMark],
        at instant: Timestamp,
        isRebuilt: (Partition) -> Bool,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, insert)
        statement.bind(3, instant.microseconds)
        for mark in marks {
            statement.bind(1, mark.partition)
            statement.bind(2, mark.position.value)
            statement.bind(4, isRebuilt(mark.partition) ? 1 : 0)
            try statement.run()
        }
    }

    /// When a place was first in the rows; nil when it is not yet.
    static func arrival(
        of projection: String,
        at place: PartitionPlace,
        _ database: Database
    ) throws -> Arrival? {
        let statement = try BoundStatement(database, selectFirst)
        statement.bind(1, place.partition)
        statement.bind(2, place.position.value)
        return try statement.first { row in
            Arrival(
                projection: projection,
                at: try row.timestamp(0),
                isRebuilt: row.integer(1) != 0
            )
        }
    }
}
