// SPDX-License-Identifier: Apache-2.0

import BillingLedger
public import EventSchema
public import EventStore
import ExactValues
import GRDB
import OutcomeDomain
public import ProjectionKit

/// The billing ledger in SQLite.
public struct SQLiteBillingLedger: ReadModel {
    /// The projection's name.
    public static let name = "billing_ledger"

    let store: ReadModelStore
    let statements: BillingLedgerStatements
    let sums: LedgerSumStatements

    init(store: ReadModelStore) {
        self.store = store
        statements = BillingLedgerStatements()
        sums = LedgerSumStatements()
    }

    /// How far the books have got.
    public func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await store.checkpoints()
    }

    /// Books what the facts settle, once for each confirmed outcome.
    public func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try await store.apply(
            facts,
            concerning: { BillingTerms.concerns($0.fact.event) },
            load: load,
            fold: Self.fold,
            save: save
        )
    }
}

// MARK: Applying

extension SQLiteBillingLedger {
    struct Loaded: Sendable {
        /// The terms of each slot's outcome as stored.
        var terms: [BillingTerms?] = []
        /// Postings that stand in the books already, of outcomes that settle in this batch.
        var booked: [PostingID: Posting] = [:]
    }

    struct Changes: Sendable {
        var opened: [(stream: Int64, terms: BillingTerms)] = []
        var closed: [Int64] = []
        var postings: [Posting] = []
    }

    @Sendable
    private func load(
        _ facts: [RecordedFact],
        _ streams: BatchStreams,
        _ database: Database
    ) throws -> Loaded {
        let select = try BoundStatement(database, statements.selectTerms)
        let booked = try BookedPostings(statements: statements, database: database)
        var loaded = Loaded()
        for (index, slot) in zip(streams.indices, streams.slots) {
            if facts[index].fact.event.isConfirmation {
                try booked.load(facts[index].stream, into: &loaded.booked)
            }
            guard slot == loaded.terms.count else { continue }
            // A stream that begins in this batch has no terms.
            loaded.terms.append(
                facts[index].version == 1
                    ? nil : try BillingLedgerStatements.terms(of: streams.numbers[slot], select)
            )
        }
        return loaded
    }

    private static func fold(
        _ facts: [RecordedFact],
        _ streams: BatchStreams,
        _ loaded: Loaded
    ) throws(ProjectionFailure) -> Changes {
        var terms = loaded.terms
        var booked = loaded.booked
        var changes = Changes()
        for (index, slot) in zip(streams.indices, streams.slots) {
            guard let posting = try BillingTerms.fold(&terms[slot], facts[index]) else { continue }
            if let earlier = booked[posting.id] {
                guard earlier == posting else {
                    throw ProjectionFailure(
                        facts[index],
                        "the outcome is booked already, otherwise"
                    )
                }
                continue
            }
            booked[posting.id] = posting
            changes.postings.append(posting)
        }
        for (slot, stream) in streams.numbers.enumerated() {
            switch (loaded.terms[slot], terms[slot]) {
            case (nil, let opened?): changes.opened.append((stream, opened))
            case (_?, nil): changes.closed.append(stream)
            case (nil, nil), (_?, _?): continue
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
        let insertTerms = try BoundStatement(database, statements.insertTerms)
        for (stream, terms) in changes.opened {
            try BillingLedgerStatements.insert(terms, of: stream, insertTerms)
        }
        let deleteTerms = try BoundStatement(database, statements.deleteTerms)
        for stream in changes.closed {
            deleteTerms.bind(1, stream)
            try deleteTerms.run()
        }
        let accounts = try ReadModelStatements.makeNumbers(
            of: Set(changes.postings.map(\.account)),
            database
        )
        let insertPosting = try BoundStatement(database, statements.insertPosting)
        let insertLine = try BoundStatement(database, statements.insertLine)
        for posting in changes.postings {
            guard let account = accounts[posting.account] else { continue }
            try BillingLedgerStatements.insert(posting, account: account, insertPosting)
            let number = database.lastInsertedRowID
            for (index, line) in posting.lines.enumerated() {
                try BillingLedgerStatements.insert(
                    line,
                    number: index,
                    posting: number,
                    insertLine
                )
            }
        }
        try saveSums(LedgerSums(of: changes.postings, accounts: accounts), database)
    }

    private func saveSums(_ sums: LedgerSums, _ database: Database) throws {
        let select = try BoundStatement(database, self.sums.select)
        let set = try BoundStatement(database, self.sums.set)
        for (place, sum) in sums.sums {
            try LedgerSumStatements.add(
                sum,
                to: place.group,
                day: place.day,
                account: place.account,
                select: select,
                set: set
            )
        }
    }
}
