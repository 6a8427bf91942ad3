// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit

/// What a projection's three parts share: its tables, and the way a batch gets into them.
///
/// A batch is read on a reader, folded outside the database, and written in one short transaction,
/// so that intake waits for the writing only. The transaction first checks that the checkpoints are
/// those the fold began with.
struct ReadModelStore: Sendable {
    let writer: StoreWriter
    let partitioning: Partitioning
    let numbers: StreamNumbers
    let tables: ReadModelTables
    /// The name of the checkpoints.
    let name: String

    func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        let name = name
        return try await writer.read { try ReadModelStatements.checkpoints(of: name, $0) }
    }

    /// Applies what is new of a batch: load on a reader, fold, save with the checkpoints.
    func apply<Loaded: Sendable, Changes: Sendable>(
        _ batch: [RecordedFact],
        load: @escaping @Sendable (ArraySlice<RecordedFact>, Database) throws -> Loaded,
        fold: (ArraySlice<RecordedFact>, Loaded) throws(ProjectionFailure) -> Changes,
        save: @escaping @Sendable (Changes, Database) throws -> Void
    ) async throws(ReadModelError) {
        do {
            while try await !applyOnce(batch, load: load, fold: fold, save: save) {}
        } catch let error as StoreError {
            throw .store(error)
        } catch let failure as ProjectionFailure {
            throw .failure(failure)
        } catch {
            throw .store(StoreError(.unavailable, detail: String(describing: error)))
        }
    }

    /// - Returns: False when another write has moved the checkpoints meanwhile.
    private func applyOnce<Loaded: Sendable, Changes: Sendable>(
        _ batch: [RecordedFact],
        load: @escaping @Sendable (ArraySlice<RecordedFact>, Database) throws -> Loaded,
        fold: (ArraySlice<RecordedFact>, Loaded) throws(ProjectionFailure) -> Changes,
        save: @escaping @Sendable (Changes, Database) throws -> Void
    ) async throws -> Bool {
        let name = name
        let read = try await writer.read {
            database -> Result<(FactNews, Loaded), ProjectionFailure> in
            do {
                let stored = try ReadModelStatements.checkpoints(of: name, database)
                let news = try FactNews(batch, after: stored)
                return .success((news, try load(news.facts, database)))
            } catch let failure as ProjectionFailure {
                return .failure(failure)  // thrown here it would pass for a fault of the store
            }
        }
        let (news, loaded) = try read.get()
        guard !news.facts.isEmpty else { return true }
        let changes = try fold(news.facts, loaded)
        return try await writer.write { database in
            let stored = try ReadModelStatements.checkpoints(of: name, database)
            guard news.begins(at: stored) else { return false }
            try save(changes, database)
            try ReadModelStatements.set(news.checkpoints, of: name, database)
            return true
        }
    }

    // MARK: Streams

    /// The number of a fact's stream.
    func streamNumber(of fact: RecordedFact, _ database: Database) throws -> Int64 {
        let number = try StreamReads(database, numbers)
            .number(of: fact.stream, in: fact.partition)
        guard let number else { throw ProjectionFailure(fact, "the stream has no number") }
        return number
    }

    /// The number of an outcome's stream; nil when there is no such outcome.
    ///
    /// A live account's keys are spread, a sandbox is wholly in one partition: both are asked, since
    /// nothing here tells which it is.
    func streamNumber(
        of key: OutcomeKey,
        account: AccountID,
        _ database: Database
    ) throws -> Int64? {
        let reads = StreamReads(database, numbers)
        let stream = StreamID.outcome(account, key.text)
        let fingerprint = Partitioning.fingerprint(account: account, key: key.text)
        let spread = partitioning.partition(fingerprint: fingerprint)
        if let number = try reads.number(of: stream, in: spread) { return number }
        return try reads.number(of: stream, in: partitioning.partition(sandbox: account))
    }
}
