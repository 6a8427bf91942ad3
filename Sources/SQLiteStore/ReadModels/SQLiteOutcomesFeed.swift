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
    let sums: OutcomeSumStatements

    init(store: ReadModelStore) {
        self.store = store
        statements = OutcomesFeedStatements()
        sums = OutcomeSumStatements()
    }

    /// How far the rows have got.
    public func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await store.checkpoints()
    }

    /// Folds facts into the rows, one write for each outcome of the batch.
    public func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try await store.apply(
            facts,
            concerning: { _ in true },
            load: load,
            fold: Self.fold,
            save: save
        )
    }
}

// MARK: Applying

extension SQLiteOutcomesFeed {
    struct Changes: Sendable {
        var inserts: [(stream: Int64, row: OutcomeRow)] = []
        /// Rows that stay in their state, and so where they are in the index of states.
        var updates: [(stream: Int64, progress: OutcomeProgress)] = []
        /// Rows whose state has changed.
        var moves: [(stream: Int64, progress: OutcomeProgress)] = []
        var contracts: [Digest: [UInt8]] = [:]
        /// What rows that were there before add to the sums, where it is another than it was.
        var shares: [(stream: Int64, before: OutcomeShare, after: OutcomeShare)] = []
    }

    /// The changing part of each slot's row, where there is one.
    @Sendable
    private func load(
        _ facts: [RecordedFact],
        _ streams: BatchStreams,
        _ database: Database
    ) throws -> [OutcomeProgress?] {
        let select = try BoundStatement(database, statements.selectProgress)
        var progress: [OutcomeProgress?] = []
        progress.reserveCapacity(streams.numbers.count)
        for (index, slot) in zip(streams.indices, streams.slots) where slot == progress.count {
            // A stream that begins in this batch has no row.
            progress.append(
                facts[index].version == 1
                    ? nil
                    : try OutcomesFeedStatements.progress(of: streams.numbers[slot], select)
            )
        }
        return progress
    }

    private static func fold(
        _ facts: [RecordedFact],
        _ streams: BatchStreams,
        _ loaded: [OutcomeProgress?]
    ) throws(ProjectionFailure) -> Changes {
        var progress = loaded
        var opened: [OutcomeRow?] = Array(repeating: nil, count: progress.count)
        var changes = Changes()
        for (index, slot) in zip(streams.indices, streams.slots) {
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
        for (slot, stream) in streams.numbers.enumerated() {
            if let row = opened[slot] {
                changes.inserts.append((stream, row))
            } else if let after = progress[slot], let before = loaded[slot] {
                let shares = (before: OutcomeShare(before), after: OutcomeShare(after))
                if shares.before != shares.after {
                    changes.shares.append((stream, shares.before, shares.after))
                }
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
    private func save(
        _ changes: Changes,
        _ streams: BatchStreams,
        _ database: Database
    ) throws {
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
        try saveSums(changes, accounts: accounts, database)
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
