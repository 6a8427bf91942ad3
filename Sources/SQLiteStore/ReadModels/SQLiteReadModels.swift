// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import Logging

/// The read models of a log, in a SQLite file of this node that can be thrown away (ADR 0014, 0021).
public struct SQLiteReadModels: Sendable {
    let file: ReadModelFile
    let log: any LogIndex
    /// Of a file that is not beside its store: no two nodes may share one.
    private let lock: StoreLock?

    init(file: ReadModelFile, log: any LogIndex, lock: StoreLock? = nil) {
        self.file = file
        self.log = log
        self.lock = lock
    }

    /// Opens the file, or makes a new one when there is none that fits the log.
    ///
    /// It fits when it is of this very store, no newer than this build, sound, and when the log has
    /// at each checkpoint the event that the checkpoint names.
    /// - Parameters:
    ///   - path: The file; its directory must exist.
    ///   - log: The log the rows are made from.
    ///   - logger: Where trouble is told.
    /// - Returns: The read models; those that have to be built anew refuse to be read until then.
    /// - Throws: `StoreOpenError`, whose description says what to do.
    public static func open(
        path: String,
        of log: any LogIndex & EventLog,
        logger: Logger
    ) async throws(StoreOpenError) -> SQLiteReadModels {
        let lock: StoreLock
        do {
            lock = try StoreLock.acquire(storePath: path)
        } catch {
            guard case .locked(let processID) = error.reason else { throw error }
            throw StoreOpenError(.viewsAreLocked(processID: processID), path: path)
        }
        do {
            let heads = try await log.state(of: log.partitioning.outcomePartitions)
                .mapValues(\.head)
            func open() throws -> ReadModelFile {
                try ReadModelFile.open(
                    path: path,
                    of: log.identity,
                    heads: heads,
                    isInLog: { _ in true },
                    logger: logger
                )
            }
            let file = try open()
            let marks = try await file.read(ReadModelStatements.marks)
            let hashes = try await log.hashes(at: marks.map(\.place))
            if zip(marks, hashes).allSatisfy({ $0.hash == $1 }) {
                return SQLiteReadModels(file: file, log: log, lock: lock)
            }
            logger.warning(
                "the read models are built anew",
                metadata: ["reason": "the log does not hold what they were made from"]
            )
            await file.close()
            ReadModelFile.remove(path)
            return SQLiteReadModels(file: try open(), log: log, lock: lock)
        } catch {
            lock.release()
            throw StoreOpenError(opening: error, path: path)
        }
    }

    /// The file beside an embedded store.
    public static func path(beside store: String) -> String { store + ReadModelFile.suffix }

    /// Opens a file that is there for reading, whether a server holds it or not.
    ///
    /// Nothing is written, thrown away or built anew.
    /// - Parameters:
    ///   - path: The file: beside an embedded store, its path with `.views` behind it.
    ///   - log: The log the rows are made from.
    ///   - logger: Where trouble is told.
    /// - Returns: The read models; those being built anew when it was opened refuse to be read.
    /// - Throws: `StoreOpenError`: `.missing` when there is no file, `.viewsAreForeign` when it is
    ///   not made from this log.
    public static func openForReading(
        path: String,
        of log: any LogIndex,
        logger: Logger
    ) async throws(StoreOpenError) -> SQLiteReadModels {
        do {
            let (file, marks) = try ReadModelFile.openForReading(
                path: path,
                of: log.identity,
                logger: logger
            )
            let hashes = try await log.hashes(at: marks.map(\.place))
            guard zip(marks, hashes).allSatisfy({ $0.hash == $1 }) else {
                await file.close()
                throw StoreOpenError(.viewsAreForeign, path: path)
            }
            return SQLiteReadModels(file: file, log: log)
        } catch {
            throw StoreOpenError(reading: error, path: path)
        }
    }

    /// The projections whose rows are being built anew at the moment.
    public var rebuilding: [String] { file.rebuild.projections }

    /// The outcomes feed.
    public var outcomesFeed: SQLiteOutcomesFeed {
        SQLiteOutcomesFeed(store: store(of: SQLiteOutcomesFeed.name))
    }

    /// The billing ledger.
    public var billingLedger: SQLiteBillingLedger {
        SQLiteBillingLedger(store: store(of: SQLiteBillingLedger.name))
    }

    /// The dead letters.
    public var deadLetters: SQLiteDeadLetters {
        SQLiteDeadLetters(store: store(of: SQLiteDeadLetters.name))
    }

    /// The index of journeys.
    public var journeys: SQLiteJourneys {
        SQLiteJourneys(store: store(of: SQLiteJourneys.name))
    }

    /// When each read model has got where.
    public var arrivals: SQLiteArrivals {
        SQLiteArrivals(
            file: file,
            projections: ReadModelTables.projections.map { ($0, store(of: $0).name) }
        )
    }

    /// Closes the file.
    public func close() async {
        await file.close()
        lock?.release()
    }

    private func store(of projection: String) -> ReadModelStore {
        ReadModelStore(file: file, log: log, tables: .live, projection: projection)
    }
}
