// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Dispatch
import EventStore
import GRDB
import Logging
import Synchronization

/// The one place that writes to a store: one connection, one transaction at a time.
///
/// Everything runs on GRDB's own dispatch queues, never on the cooperative pool. A caller is
/// answered only after its transaction has been flushed. Once a flush has failed nothing is
/// acknowledged any more (`.fatal`).
final class StoreWriter: Sendable {
    let pool: DatabasePool
    let logger: Logger
    let metrics = StoreMetrics()
    let intakeState: Mutex<IntakeLedger>
    let tail = EventTail<IngestRecord>(limitPerPartition: IntakeLedger.tailLimitRecords)
    let mark: HighWaterMark
    let claims: RecentClaims
    let waitingRows: Mutex<WaitingRows>
    private let queue = Mutex(WriteQueue())
    private let gauge: WALGauge
    private let failureSink: AsyncStream<StoreError>.Continuation

    /// How often a writer that gathers calls looks whether they are there.
    private static let gatherStepNanoseconds = 100_000

    /// Yields the error after which nothing is acknowledged any more; ends when the store closes.
    let failures: AsyncStream<StoreError>

    init(
        pool: DatabasePool,
        gauge: WALGauge,
        ledger: consuming IntakeLedger,
        claims: RecentClaims,
        waitingRows: consuming WaitingRows,
        mark: HighWaterMark,
        logger: Logger
    ) {
        self.pool = pool
        self.gauge = gauge
        self.claims = claims
        self.waitingRows = Mutex(waitingRows)
        self.mark = mark
        self.logger = logger
        intakeState = Mutex(ledger)
        (failures, failureSink) = AsyncStream.makeStream(
            of: StoreError.self,
            bufferingPolicy: .bufferingNewest(1)
        )
    }

    // MARK: Asking

    /// Writes drafts; all callers that wait share one transaction and one flush.
    func intake(_ drafts: [IngestDraft]) async throws(StoreError) -> [IngestResult] {
        let result: Result<[IngestResult], StoreError> = await withCheckedContinuation { waiting in
            let call = IntakeCall(drafts: drafts) { waiting.resume(returning: $0) }
            do throws(StoreError) {
                let (mustStart, pending) = try queue.withLock {
                    queue throws(StoreError) in (try queue.add(call), queue.pendingDrafts)
                }
                metrics.intakePending.record(pending)
                if mustStart { startDraining() }
            } catch {
                waiting.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Runs `work` in one transaction, durable before this returns; when it throws, nothing is
    /// written.
    ///
    /// Keep it short, since intake waits meanwhile. While intake is busy these writes get about a
    /// quarter of the writer's time.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await write(work, committed: { _ in })
    }

    /// The same; `committed` runs after the flush, before any other transaction.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value,
        committed: @escaping @Sendable (Value) -> Void
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { waiting in
            let job = WriteJob(
                perform: { [self] database in
                    let result = transaction(database, work)
                    if case .success(let value) = result { committed(value) }
                    waiting.resume(returning: result)
                },
                refuse: { waiting.resume(returning: .failure($0)) }
            )
            do throws(StoreError) {
                let mustStart = try queue.withLock { queue throws(StoreError) in try queue.add(job)
                }
                if mustStart { startDraining() }
            } catch {
                waiting.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Runs `work` on a reader, on the state after the last commit.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        if let refusal = queue.withLock({ queue in queue.refusal }) { throw refusal }
        return try await pool.answer(work)
    }

    /// Whether callers of the intake queue up.
    var isPressed: Bool {
        queue.withLock { $0.isPressed(now: DispatchTime.now().uptimeNanoseconds) }
    }

    // MARK: Draining, on the writer's queue

    private func startDraining() {
        pool.asyncWriteWithoutTransaction { [self] database in drain(database) }
    }

    private func drain(_ database: Database) {
        while true {
            let start = DispatchTime.now().uptimeNanoseconds
            switch queue.withLock({ $0.next(now: start) }) {
            case .flush(let calls):
                flush(calls, database)
                queue.withLock {
                    $0.flushEnded(startedAt: start, at: DispatchTime.now().uptimeNanoseconds)
                }
                checkpoint(database)
            case .job(let job):
                job.perform(database)
                queue.withLock {
                    $0.jobEnded(startedAt: start, at: DispatchTime.now().uptimeNanoseconds)
                }
                checkpoint(database)
            case .gather:
                PosixFile.pause(nanoseconds: Self.gatherStepNanoseconds)
            case .rest(let nanoseconds):
                return wake(after: nanoseconds)
            case .nothing:
                return
            }
        }
    }

    private func wake(after nanoseconds: UInt64) {
        let deadline = DispatchTime.now() + .nanoseconds(Int(nanoseconds))
        DispatchQueue.global().asyncAfter(deadline: deadline) { [self] in
            if queue.withLock({ $0.wake() }) { startDraining() }
        }
    }

    private func flush(_ calls: [IntakeCall], _ database: Database) {
        let start = DispatchTime.now().uptimeNanoseconds
        let result = transaction(database) { database in
            try IntakeFlush.write(
                calls,
                as: waitingRows.withLock { $0.lastFlush } + 1,
                after: intakeState.withLock { $0 },
                claims: claims,
                to: database
            )
        }
        switch result {
        case .success(let flush):
            publish(flush)
            // The clients go on while the next flush begins.
            for (call, results) in zip(calls, flush.results) {
                call.answer(.success(results))
            }
            metrics.intakeBatch.record(flush.acceptedCount)
            metrics.flush.recordNanoseconds(
                Int64(DispatchTime.now().uptimeNanoseconds - start)
            )
        case .failure(let error):
            for call in calls {
                call.answer(.failure(error))
            }
        }
    }

    private func checkpoint(_ database: Database) {
        do {
            try gauge.checkpointIfNeeded(database)
        } catch {
            let failure = StoreError(sqlite: error, phase: .committing)
            guard failure.reason != .fatal else { return fail(failure) }
            logger.warning("checkpoint postponed", metadata: ["reason": "\(failure.detail)"])
        }
    }

    // MARK: Transactions

    private func transaction<Value>(
        _ database: Database,
        _ work: (Database) throws -> Value
    ) -> Result<Value, StoreError> {
        if let refusal = queue.withLock({ queue in queue.failure }) { return .failure(refusal) }
        var phase = StoreError.Phase.working
        do {
            try BoundStatement(database, TransactionStatements.begin).run()
            let value = try work(database)
            phase = .committing
            try BoundStatement(database, TransactionStatements.commit).run()
            return .success(value)
        } catch {
            let failure = StoreError(sqlite: error, phase: phase)
            rollBack(database)
            if failure.reason == .fatal { fail(failure) }
            return .failure(failure)
        }
    }

    private func rollBack(_ database: Database) {
        // After some errors SQLite has rolled back by itself.
        guard database.isInsideTransaction else { return }
        do {
            try database.rollback()
        } catch {
            fail(StoreError(.fatal, detail: "rollback failed: \(error)"))
        }
    }

    /// From now on every call is refused.
    func fail(_ error: StoreError) {
        let (calls, jobs) = queue.withLock { $0.fail(error) }
        logger.critical(
            "the store has failed; nothing is acknowledged until it is restarted",
            metadata: ["reason": "\(error.detail)"]
        )
        for call in calls {
            call.answer(.failure(error))
        }
        for job in jobs {
            job.refuse(error)
        }
        failureSink.yield(error)
        failureSink.finish()
    }

    // MARK: Closing

    /// Takes nothing more, finishes what waits and closes the file.
    ///
    /// The write-ahead log is moved into the database. Answers false, and leaves the file alone, after a failed flush and when it
    /// was closed before.
    func close() async -> Bool {
        let drained = await withCheckedContinuation { waiting in
            let last = WriteJob(
                perform: { database in
                    // What is not moved now is recovered from the log at the next start.
                    _ = try? database.checkpoint(.truncate)
                    waiting.resume(returning: true)
                },
                refuse: { _ in waiting.resume(returning: false) }
            )
            do throws(StoreError) {
                let mustStart = try queue.withLock { queue throws(StoreError) in
                    try queue.close(last: last)
                }
                if mustStart { startDraining() }
            } catch {
                waiting.resume(returning: false)
            }
        }
        guard drained else { return false }
        mark.flush()
        failureSink.finish()
        await pool.closeAside(logger)
        return true
    }
}
