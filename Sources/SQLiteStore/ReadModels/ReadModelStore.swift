// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit

/// What a projection's three parts share: where its rows are, and the way a batch gets into them.
///
/// A batch is read on a reader, folded outside the database, and written in one short transaction.
/// The transaction first checks that the checkpoints are those the fold began with.
struct ReadModelStore: Sendable {
    let home: ReadModelHome
    /// The log the rows are made from, which gives streams their numbers.
    let log: any LogIndex
    /// Whether the rows are a copy that is built beside the one that is read.
    var isAside = false

    func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await home.file.read(ReadModelStatements.checkpoints)
    }

    /// Runs `work` on a reader of the copy that is live at the moment.
    ///
    /// - Throws: `.unavailable` while the rows are being built anew.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let file = home.file
        try file.gate.pass()
        return try await file.read(work)
    }

    /// Applies what is new of a batch to a read model of outcomes: load on a reader, fold, save with
    /// the checkpoints.
    ///
    /// `concerning`: The facts whose streams are needed.
    func apply<Loaded: Sendable, Changes: Sendable>(
        _ batch: [LoggedFact],
        concerning: (RecordedFact) -> Bool,
        load: @escaping @Sendable ([RecordedFact], BatchStreams, Database) throws -> Loaded,
        fold: ([RecordedFact], BatchStreams, Loaded) throws(ProjectionFailure) -> Changes,
        save: @escaping @Sendable (Changes, BatchStreams, Database) throws -> Void
    ) async throws(ReadModelError) {
        try await apply(
            batch,
            taking: \.outcome,
            streams: { BatchStreams(of: $0, concerning: concerning) },
            load: load,
            fold: fold,
            save: save
        )
    }

    /// The same for facts of any kind of stream.
    ///
    /// - Parameters:
    ///   - batch: Facts of the log, without gaps.
    ///   - taking: The facts the read model is made from; the others only move the checkpoints.
    ///   - streams: Those that are needed.
    ///   - load: What the fold needs of the rows.
    ///   - fold: What the facts make of that.
    ///   - save: Writes it.
    /// - Throws: As `ReadModel.apply`.
    func apply<Fact: Sendable, Loaded: Sendable, Changes: Sendable>(
        _ batch: [LoggedFact],
        taking: (LoggedFact) -> Fact?,
        streams: ([Fact]) -> BatchStreams,
        load: @escaping @Sendable ([Fact], BatchStreams, Database) throws -> Loaded,
        fold: ([Fact], BatchStreams, Loaded) throws(ProjectionFailure) -> Changes,
        save: @escaping @Sendable (Changes, BatchStreams, Database) throws -> Void
    ) async throws(ReadModelError) {
        var batch = batch
        // From here to the end no other copy takes this one's place.
        let file = await home.beginWriting()
        defer { home.endWriting() }
        do {
            while !batch.isEmpty {
                batch = try await applyOnce(
                    batch,
                    to: file,
                    taking: taking,
                    streams: streams,
                    load: load,
                    fold: fold,
                    save: save
                )
            }
        } catch let error as StoreError {
            throw .store(error)
        } catch let failure as ProjectionFailure {
            throw .failure(failure)
        } catch {
            throw .store(StoreError(.unavailable, detail: String(describing: error)))
        }
    }

    private enum Beginning<Loaded: Sendable>: Sendable {
        /// Everything is new.
        case whole(FactNews, Loaded)
        /// Only these facts are new.
        case rest([LoggedFact])
        case failure(ProjectionFailure)
    }

    /// - Returns: What is left to apply: the batch without what was applied before, or all of it
    ///   when another write has moved the checkpoints meanwhile.
    private func applyOnce<Fact: Sendable, Loaded: Sendable, Changes: Sendable>(
        _ batch: [LoggedFact],
        to file: ReadModelFile,
        taking: (LoggedFact) -> Fact?,
        streams: ([Fact]) -> BatchStreams,
        load: @escaping @Sendable ([Fact], BatchStreams, Database) throws -> Loaded,
        fold: ([Fact], BatchStreams, Loaded) throws(ProjectionFailure) -> Changes,
        save: @escaping @Sendable (Changes, BatchStreams, Database) throws -> Void
    ) async throws -> [LoggedFact] {
        let facts = batch.compactMap(taking)
        var found = streams(facts)
        try await found.resolve(in: log)
        let streams = found
        let beginning = try await file.read { database -> Beginning<Loaded> in
            do {
                let stored = try ReadModelStatements.checkpoints(database)
                let news = try FactNews(batch, after: stored)
                if let rest = news.rest { return .rest(rest) }
                return .whole(news, try load(facts, streams, database))
            } catch let failure as ProjectionFailure {
                return .failure(failure)  // thrown here it would pass for a fault of the store
            }
        }
        switch beginning {
        case .failure(let failure): throw failure
        case .rest(let rest): return rest
        case .whole(let news, let loaded):
            let changes = try fold(facts, streams, loaded)
            let isSaved: Bool
            do throws(StoreError) {
                isSaved = try await file.write { database in
                    let stored = try ReadModelStatements.checkpoints(database)
                    guard news.begins(at: stored) else { return false }
                    try save(changes, streams, database)
                    try ReadModelStatements.set(news.marks, database)
                    try ArrivalStatements.insert(
                        news.marks,
                        at: MachineClock.now(),
                        isRebuilt: { isAside || file.gate.isBuilding(in: $0) },
                        database
                    )
                    return true
                }
            } catch {
                // A rule of the tables stays broken however often it is tried.
                guard error.reason == .conflict, let first = batch.first else { throw error }
                throw ProjectionFailure(
                    first,
                    "the rows do not take this event or one of the \(batch.count - 1) applied "
                        + "with it: \(error.detail)"
                )
            }
            guard isSaved else { return batch }
            file.gate.reached(news.checkpoints)
            return []
        }
    }

    // MARK: Streams

    /// The number of an outcome's stream; nil when there is no such outcome.
    ///
    /// A live account's keys are spread, a sandbox is wholly in one partition: both are asked, since
    /// nothing here tells which it is.
    func streamNumber(
        of key: OutcomeKey,
        account: AccountID
    ) async throws(StoreError) -> Int64? {
        let stream = StreamID.outcome(account, key.text)
        let fingerprint = Partitioning.fingerprint(account: account, key: key.text)
        let partitions = [
            log.partitioning.partition(fingerprint: fingerprint),
            log.partitioning.partition(sandbox: account),
        ]
        let numbers = try await log.numbers(
            of: partitions.map { PartitionStream(partition: $0, stream: stream) }
        )
        return numbers.lazy.compactMap { $0 }.first
    }
}
