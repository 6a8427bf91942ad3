// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Journeys

/// The statements of the index of journeys, in the file of one copy.
struct JourneysStatements: Sendable {
    let insert: String
    let selectBlocks: String
    let selectGeneration: String
    let addToGeneration: String

    init() {
        insert = """
            INSERT INTO \(ReadModelTables.journeyMarks) (generation, mark, partition, block)
            VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING
            """
        selectBlocks = """
            SELECT partition, block FROM \(ReadModelTables.journeyMarks)
            WHERE generation = ?1 AND mark = ?2 AND (partition, block) >= (?3, ?4)
            ORDER BY partition, block LIMIT ?5
            """
        selectGeneration = """
            SELECT generation, marks FROM \(ReadModelTables.journeyGenerations)
            WHERE generation >= 0 ORDER BY generation DESC LIMIT 1
            """
        addToGeneration = """
            INSERT INTO \(ReadModelTables.journeyGenerations) (generation, marks) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET marks = marks + excluded.marks
            """
    }

    /// Those whose plans are looked at.
    var queries: [String] { [selectBlocks, selectGeneration] }

    /// The newest generation and how many marks are in it; generation 0 is the first.
    func newest(_ database: Database) throws -> (generation: Int64, marks: Int64) {
        let statement = try BoundStatement(database, selectGeneration)
        return try statement.first { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    /// Blocks with a mark in one generation that end after a place, in order.
    func blocks(
        of mark: JourneyMark,
        in generation: Int64,
        after place: PartitionPlace?,
        limit: Int,
        _ database: Database
    ) throws -> [JourneyBlock] {
        let partition = place?.partition ?? Partition(0)
        let next = (place?.position ?? .start).next
        let statement = try BoundStatement(database, selectBlocks)
        statement.bind(1, generation)
        statement.bind(2, Int64(bitPattern: mark.value))
        statement.bind(3, partition)
        statement.bind(4, JourneyBlock(holding: next, in: partition).number)
        statement.bind(5, limit)
        return try statement.all { row in
            JourneyBlock(partition: Partition(Int(row.integer(0))), number: row.integer(1))
        }
    }
}
