// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import OutcomesFeed
public import ProjectionKit

/// The outcomes feed in SQLite.
public struct SQLiteOutcomesFeed: ReadModel {
    /// The projection's name.
    public static let name = "outcomes_feed"

    let store: ReadModelStore
    let statements: OutcomesFeedStatements

    init(store: ReadModelStore) {
        self.store = store
        statements = OutcomesFeedStatements(tables: store.tables)
    }

    /// How far the rows have got.
    public func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await store.checkpoints()
    }

    /// Folds facts into the rows, one write for each outcome of the batch.
    public func apply(
        _ facts: [RecordedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try await store.apply(facts, load: load, fold: Self.fold, save: save)
    }
}

// MARK: Applying

extension SQLiteOutcomesFeed {
    /// The outcomes of a batch as they are stored; each has a slot.
    struct Loaded: Sendable {
        /// The slot of each fact, in the order of the facts.
        var slots: [Int] = []
        /// The number of each slot's stream.
        var streams: [Int64] = []
        /// The changing part of each slot's row, where there is one.
        var progress: [OutcomeProgress?] = []
    }

    struct Changes: Sendable {
        var inserts: [(stream: Int64, row: OutcomeRow)] = []
        /// Rows that stay in their state, and so where they are in the index of states.
        var updates: [(stream: Int64, progress: OutcomeProgress)] = []
        /// Rows whose state has changed.
        var moves: [(stream: Int64, progress: OutcomeProgress)] = []
        var contracts: [Digest: [UInt8]] = [:]
    }

    @Sendable
    private func load(
        _ facts: ArraySlice<RecordedFact>,
        _ database: Database
    ) throws -> Loaded {
        let select = try BoundStatement(database, statements.selectProgress)
        var loaded = Loaded()
        loaded.slots.reserveCapacity(facts.count)
        var slots = StreamSlots(capacity: facts.count)
        // By index: a fact is large, and a loop over the elements would copy each one.
        for index in facts.indices {
            let next = loaded.streams.count
            let slot = slots.slot(of: facts[index].stream, next: next)
            loaded.slots.append(slot)
            guard slot == next else { continue }
            let stream = try store.streamNumber(of: facts[index], database)
            loaded.streams.append(stream)
            // A stream that begins in this batch has no row.
            loaded.progress.append(
                facts[index].version == 1
                    ? nil : try OutcomesFeedStatements.progress(of: stream, select)
            )
        }
        return loaded
    }

    private static func fold(
        _ facts: ArraySlice<RecordedFact>,
        _ loaded: Loaded
    ) throws(ProjectionFailure) -> Changes {
        var progress = loaded.progress
        var opened: [OutcomeRow?] = Array(repeating: nil, count: progress.count)
        var changes = Changes()
        for (offset, slot) in loaded.slots.enumerated() {
            let index = facts.startIndex + offset
            if progress[slot] != nil {
                try progress[slot]?.evolve(facts[index])
            } else if opened[slot] != nil {
                try opened[slot]?.progress.evolve(facts[index])
            } else {
                opened[slot] = try OutcomeRow.fold(nil, facts[index])
                guard case .opened(let event) = facts[index].fact.event else { continue }
                let contract = event.terms.contract
                changes.contracts[contract.hash] = contract.canonicalBytes
            }
        }
        for (slot, stream) in loaded.streams.enumerated() {
            if let row = opened[slot] {
                changes.inserts.append((stream, row))
            } else if let after = progress[slot], let before = loaded.progress[slot] {
                if after.state == before.state {
                    changes.updates.append((stream, after))
                } else {
                    changes.moves.append((stream, after))
                }
            }
        }
        return changes
    }

    @Sendable
    private func save(_ changes: Changes, _ database: Database) throws {
        try ReadModelStatements.insert(changes.contracts, database)
        let accounts = try ReadModelStatements.makeNumbers(
            of: Set(changes.inserts.map(\.row.account)),
            database
        )
        let insert = try BoundStatement(database, statements.insert)
        for (stream, row) in changes.inserts {
            guard let account = accounts[row.account] else { continue }
            try OutcomesFeedStatements.insert(
                row,
                account: account,
                stream: stream,
                insert
            )
        }
        let update = try BoundStatement(database, statements.update)
        for (stream, progress) in changes.updates {
            try OutcomesFeedStatements.update(progress, stream: stream, update)
        }
        let move = try BoundStatement(database, statements.move)
        for (stream, progress) in changes.moves {
            try OutcomesFeedStatements.move(progress, stream: stream, move)
        }
    }
}
