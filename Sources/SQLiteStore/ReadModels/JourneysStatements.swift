// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Journeys

/// The statements of the index of journeys, in the file of one copy.
struct JourneysStatements: Sendable {
    let insert: String
    private let selectNewestRun: String
    private let selectWaiting: String
    private let selectGeneration: String
    private let addToGeneration: String
    private let moveRuns: String
    private let deleteRuns: String
    private let deleteWaiting: String
    private let selectBlocks: String
    private let selectBlocksOfRun: String

    /// In the place of a generation: the marks that are in none yet, but in runs.
    private static let waiting: Int64 = -1

    init() {
        let marks = ReadModelTables.journeyMarks
        let runs = ReadModelTables.journeyRuns
        let generations = ReadModelTables.journeyGenerations
        insert = "INSERT INTO \(runs) (run, mark, partition, block) VALUES (?1, ?2, ?3, ?4)"
        selectNewestRun = "SELECT max(run) FROM \(runs)"
        selectWaiting = "SELECT marks FROM \(generations) WHERE generation = \(Self.waiting)"
        selectGeneration = """
            SELECT generation, marks FROM \(generations)
            WHERE generation >= 0 ORDER BY generation DESC LIMIT 1
            """
        addToGeneration = """
            INSERT INTO \(generations) (generation, marks) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET marks = marks + excluded.marks
            """
        moveRuns = """
            INSERT INTO \(marks) (generation, mark, partition, block)
            SELECT ?1, mark, partition, block FROM \(runs) WHERE true
            ORDER BY mark, partition, block
            ON CONFLICT DO NOTHING
            """
        deleteRuns = "DELETE FROM \(runs)"
        deleteWaiting = "DELETE FROM \(generations) WHERE generation = \(Self.waiting)"
        func blocks(of part: String, _ table: String) -> String {
            """
            SELECT partition, block FROM \(table)
            WHERE \(part) = ?1 AND mark = ?2 AND (partition, block) >= (?3, ?4)
            ORDER BY partition, block LIMIT ?5
            """
        }
        selectBlocks = blocks(of: "generation", marks)
        selectBlocksOfRun = blocks(of: "run", runs)
    }

    /// Those whose plans are looked at. (What moves runs reads all of them.)
    var queries: [String] {
        [selectBlocks, selectBlocksOfRun, selectNewestRun, selectWaiting, selectGeneration]
    }

    /// The newest generation and how many marks are in it; generation 0 is the first.
    func newest(_ database: Database) throws -> (generation: Int64, marks: Int64) {
        let statement = try BoundStatement(database, selectGeneration)
        return try statement.first { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    /// The newest run; 0 while there is none, 1 is the first.
    func newestRun(_ database: Database) throws -> Int64 {
        try BoundStatement(database, selectNewestRun).first { $0.integer(0) } ?? 0
    }

    /// How many marks are in runs.
    func waiting(_ database: Database) throws -> Int64 {
        try BoundStatement(database, selectWaiting).first { $0.integer(0) } ?? 0
    }

    /// Notes that so many marks are in runs, too.
    func addToWaiting(_ count: Int, _ database: Database) throws {
        try add(count, to: Self.waiting, database)
    }

    /// Moves the marks of all runs into a generation; those that it has already it has once.
    func move(_ count: Int, to generation: Int64, _ database: Database) throws {
        let move = try BoundStatement(database, moveRuns)
        move.bind(1, generation)
        try move.run()
        try add(count, to: generation, database)
        try BoundStatement(database, deleteRuns).run()
        try BoundStatement(database, deleteWaiting).run()
    }

    private func add(_ count: Int, to generation: Int64, _ database: Database) throws {
        let statement = try BoundStatement(database, addToGeneration)
        statement.bind(1, generation)
        statement.bind(2, count)
        try statement.run()
    }

    /// Blocks with a mark that end after a place, in order, each once; at most `limit`.
    func blocks(
        of mark: JourneyMark,
        after place: PartitionPlace?,
        limit: Int,
        _ database: Database
    ) throws -> [JourneyBlock] {
        var blocks: Set<JourneyBlock> = []
        func add(_ numbers: ClosedRange<Int64>, _ select: String) throws {
            for number in numbers {
                blocks.formUnion(
                    try self.blocks(of: mark, in: number, select, after: place, limit, database)
                )
            }
        }
        try add(0...newest(database).generation, selectBlocks)
        let run = try newestRun(database)
        if run > 0 { try add(1...run, selectBlocksOfRun) }
        return Array(blocks.sorted().prefix(limit))
    }

    private func blocks(
        of mark: JourneyMark,
        in number: Int64,
        _ select: String,
        after place: PartitionPlace?,
        _ limit: Int,
        _ database: Database
    ) throws -> [JourneyBlock] {
        let partition = place?.partition ?? Partition(0)
        let next = (place?.position ?? .start).next
        let statement = try BoundStatement(database, select)
        statement.bind(1, number)
        statement.bind(2, Int64(bitPattern: mark.value))
        statement.bind(3, partition)
        statement.bind(4, JourneyBlock(holding: next, in: partition).number)
        statement.bind(5, limit)
        return try statement.all { row in
            JourneyBlock(partition: Partition(Int(row.integer(0))), number: row.integer(1))
        }
    }
}
