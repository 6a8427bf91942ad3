// SPDX-License-Identifier: Apache-2.0

import EventStore
import GRDB
import Logging
import ProjectionKit
import Synchronization

/// The file of one copy of one read model: rows and checkpoints, all of which the log can bring back.
///
/// It has a writer of its own, so that neither intake nor the lanes wait for a projection, nor a
/// projection for a copy that is built beside it. Nothing
/// in it is flushed at a commit (`synchronous=NORMAL`): what a power cut takes, rows and checkpoints
/// together, is projected again. A file that does not fit the store is thrown away (ADR 0014).
final class ReadModelFile: Sendable {
    let pool: DatabasePool
    let gate: RebuildGate
    let model: ReadModelName
    let path: String
    /// Nil for a file that is only read.
    private let gauge: WALGauge?
    private let logger: Logger
    private let failure = Mutex<StoreError?>(nil)

    init(
        model: ReadModelName,
        pool: DatabasePool,
        gate: RebuildGate,
        path: String,
        gauge: WALGauge?,
        logger: Logger
    ) {
        self.model = model
        self.pool = pool
        self.gate = gate
        self.path = path
        self.gauge = gauge
        self.logger = logger
    }

    /// Runs `work` on a reader, on the state after the last commit.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try refuse()
        return try await pool.answer(work)
    }

    /// Runs `work` in one transaction; when it throws, nothing is written.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try refuse()
        guard gauge != nil else { throw SQLiteStoreReader.refusal }
        let result: Result<Value, StoreError> = await withCheckedContinuation { waiting in
            pool.asyncWriteWithoutTransaction { [self] database in
                waiting.resume(returning: transaction(database, work))
                checkpoint(database)
            }
        }
        return try result.get()
    }

    /// Makes the indexes that reading needs, in one transaction, and flushes the file.
    ///
    /// - Throws: `.failure` when an outcome is booked twice, `.store` when the file cannot be written.
    func complete() async throws(RebuildObstacle) {
        try await migrate { pool, migrator in
            if try !pool.read(migrator.hasCompletedMigrations) { try migrator.migrate(pool) }
            // What the catalog is going to call live is to survive a power cut.
            try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
    }

    /// Sees that the rows of a copy that is only compared keep the rule that an index has to tell.
    ///
    /// - Throws: As `complete()`.
    func checkUniqueness() async throws(RebuildObstacle) {
        guard model == .ledger else { return }
        try await migrate { pool, migrator in
            try migrator.migrate(pool, upTo: ReadModelSchema.postingsByID)
        }
    }

    private func migrate(
        _ work: @escaping @Sendable (DatabasePool, DatabaseMigrator) throws -> Void
    ) async throws(RebuildObstacle) {
        do throws(StoreError) {
            let (pool, migrator) = (pool, ReadModelSchema.migrator(of: model))
            try await AsideWork.run { try work(pool, migrator) }
        } catch {
            guard error.reason == .conflict, model == .ledger else { throw .store(error) }
            let doubled = try? await read { try BillingLedgerStatements().doubled($0) }
            guard let failure = doubled ?? nil else { throw .store(error) }
            throw .failure(failure)
        }
    }

    /// Moves the write-ahead log into the file and closes it; later calls throw `.closed`.
    func close() async {
        let wasOpen = failure.withLock { failure in
            defer { failure = failure ?? StoreError(.closed) }
            return failure?.reason != .closed
        }
        guard wasOpen else { return }
        guard gauge != nil else { return await pool.closeAside(logger) }
        await withCheckedContinuation { (waiting: CheckedContinuation<Void, Never>) in
            pool.asyncWriteWithoutTransaction { database in
                // What is not moved now is recovered from the log at the next start.
                _ = try? database.checkpoint(.truncate)
                waiting.resume()
            }
        }
        await pool.closeAside(logger)
    }

    /// Whether it answers nothing any more: it has failed, or was closed.
    var hasFailed: Bool { failure.withLock { $0 != nil } }

    private func refuse() throws(StoreError) {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    // MARK: On the writer's queue

    private func transaction<Value>(
        _ database: Database,
        _ work: (Database) throws -> Value
    ) -> Result<Value, StoreError> {
        do {
            try BoundStatement(database, TransactionStatements.begin).run()
            let value = try work(database)
            try BoundStatement(database, TransactionStatements.commit).run()
            return .success(value)
        } catch {
            let known = StoreError(sqlite: error, phase: .working)
            do {
                if database.isInsideTransaction { try database.rollback() }
            } catch {
                return .failure(give(up: StoreError(.unavailable, detail: "\(error)")))
            }
            let isLost = known.reason == .fatal || known.reason == .damaged
            return .failure(isLost ? give(up: known) : known)
        }
    }

    private func checkpoint(_ database: Database) {
        do {
            try gauge?.checkpointIfNeeded(database)
        } catch {
            let known = StoreError(sqlite: error, phase: .committing)
            guard known.reason != .fatal else {
                give(up: known)
                return
            }
            logger.warning("checkpoint postponed", metadata: ["reason": "\(known.detail)"])
        }
    }

    /// What a failed flush has left is not to be believed: the next start begins with a new file.
    @discardableResult
    private func give(up error: StoreError) -> StoreError {
        let refusal = StoreError(.unavailable, detail: "a read model's file: \(error.detail)")
        failure.withLock { $0 = refusal }
        ReadModelFile.remove(path)
        logger.critical(
            "a read model has failed; a restart builds it anew",
            metadata: ["projection": "\(model.projection)", "reason": "\(error.detail)"]
        )
        return refusal
    }

    /// Removes the file and what SQLite keeps beside it.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] {
            PosixFile.remove(path + suffix)
        }
    }
}
