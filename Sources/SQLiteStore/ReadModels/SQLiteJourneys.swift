// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
import ExactValues
import GRDB
public import Journeys
import OutcomeDomain
public import ProjectionKit

/// The index of journeys in SQLite: from marks to the facts about them.
public struct SQLiteJourneys: ReadModel {
    /// The projection's name.
    public static let name = "journeys"
    /// A generation is full with so many marks; what fills it goes wholly into it.
    static let generationLimitMarks: Int64 = 1_000_000
    /// So many batches, or batches with so many marks, go into a generation together.
    static let runsLimit: Int64 = 64
    static let runsLimitMarks: Int64 = 65_536

    let store: ReadModelStore
    let statements: JourneysStatements

    init(store: ReadModelStore) {
        self.store = store
        statements = JourneysStatements()
    }

    /// How far the rows have got.
    public func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await store.checkpoints()
    }

    /// Adds the marks of facts, for which it reads nothing.
    public func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try await store.apply(
            facts,
            concerning: { _ in false },
            load: { _, _, _ in },
            fold: { facts, _, _ in Self.marked(facts) },
            save: save
        )
    }

    /// The marks of a batch, each once for every block, in the order of the table.
    private static func marked(_ facts: [RecordedFact]) -> [MarkedBlock] {
        var marker = JourneyMarker()
        var marked: Set<MarkedBlock> = []
        // By index: a fact is large, and a loop over the elements would copy each one.
        for index in facts.indices {
            let block = JourneyBlock(
                holding: facts[index].position,
                in: facts[index].partition
            )
            for mark in marker.marks(of: facts[index]) {
                marked.insert(MarkedBlock(mark: Int64(bitPattern: mark.value), block: block))
            }
        }
        return marked.sorted { ($0.mark, $0.block) < ($1.mark, $1.block) }
    }

    @Sendable
    private func save(
        _ marked: [MarkedBlock],
        _ streams: BatchStreams,
        _ database: Database
    ) throws {
        guard !marked.isEmpty else { return }
        let run = try statements.newestRun(database) + 1
        let insert = try BoundStatement(database, statements.insert)
        insert.bind(1, run)
        for row in marked {
            insert.bind(2, row.mark)
            insert.bind(3, row.block.partition)
            insert.bind(4, row.block.number)
            try insert.run()
        }
        try statements.addToWaiting(marked.count, database)
        let waiting = try statements.waiting(database)
        guard run >= Self.runsLimit || waiting >= Self.runsLimitMarks else { return }
        var (generation, marks) = try statements.newest(database)
        if marks >= Self.generationLimitMarks { generation += 1 }
        try statements.move(Int(waiting), to: generation, database)
    }
}

/// A mark, and a block of the log that has a fact with it.
struct MarkedBlock: Hashable, Sendable {
    let mark: Int64
    let block: JourneyBlock
}

extension SQLiteJourneys: JourneyIndex {
    /// Blocks with a mark, each run and each generation asked in turn; a block may be in several.
    public func blocks(
        of mark: JourneyMark,
        after place: PartitionPlace?,
        limit: Int
    ) async throws(StoreError) -> [JourneyBlock] {
        try await store.read { database in
            try statements.blocks(of: mark, after: place, limit: limit, database)
        }
    }
}
