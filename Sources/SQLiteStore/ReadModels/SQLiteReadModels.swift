// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import Logging

/// The read models of a log, in SQLite files of this node that can be thrown away (ADR 0014, 0021).
///
/// One small file says which copy of each read model is live; the copies lie beside it, so that one
/// can be built while another is read (ADR 0028).
public struct SQLiteReadModels: Sendable {
    /// What is put behind the path of a store that has them beside its file.
    static let suffix = ".views"

    let files: ReadModelSet
    let log: any LogIndex
    /// Of files that are not beside their store: no two nodes may share them.
    private let lock: StoreLock?

    init(files: ReadModelSet, log: any LogIndex, lock: StoreLock? = nil) {
        self.files = files
        self.log = log
        self.lock = lock
    }

    /// Opens the files, or makes new ones when there are none that fit the log.
    ///
    /// They fit when they are of this very store, no newer than this build, sound, and when the log
    /// has at each checkpoint the event that the checkpoint names.
    /// - Parameters:
    ///   - path: The catalog of copies, which lie beside it; its directory must exist.
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
            let origin = ReadModelFile.Origin(
                identity: log.identity,
                heads: heads,
                isInLog: { _ in true }
            )
            let files = try ReadModelSet.open(path: path, from: origin, logger: logger)
            let marks = try await files.marks()
            let hashes = try await log.hashes(at: marks.map(\.place))
            if zip(marks, hashes).allSatisfy({ $0.hash == $1 }) {
                return SQLiteReadModels(files: files, log: log, lock: lock)
            }
            logger.warning(
                "the read models are built anew",
                metadata: ["reason": "the log does not hold what they were made from"]
            )
            await files.close()
            ReadModelSet.removeAll(path: path)
            return SQLiteReadModels(
                files: try ReadModelSet.open(path: path, from: origin, logger: logger),
                log: log,
                lock: lock
            )
        } catch {
            lock.release()
            throw StoreOpenError(opening: error, path: path)
        }
    }

    /// The catalog of copies beside an embedded store.
    public static func path(beside store: String) -> String { store + suffix }

    /// Opens files that are there for reading, whether a server holds them or not.
    ///
    /// Nothing is written, thrown away or built anew; a swap or a rebuild meanwhile is not seen.
    /// - Parameters:
    ///   - path: The catalog of copies: beside an embedded store, its path with `.views` behind it.
    ///   - log: The log the rows are made from.
    ///   - logger: Where trouble is told.
    /// - Returns: The read models; those being built anew when they were opened refuse to be read.
    /// - Throws: `StoreOpenError`: `.missing` when a file is not there, `.viewsAreForeign` when one
    ///   is not made from this log.
    public static func openForReading(
        path: String,
        of log: any LogIndex,
        logger: Logger
    ) async throws(StoreOpenError) -> SQLiteReadModels {
        do {
            let files = try ReadModelSet.openForReading(
                path: path,
                of: log.identity,
                logger: logger
            )
            let marks = try await files.marks()
            let hashes = try await log.hashes(at: marks.map(\.place))
            guard zip(marks, hashes).allSatisfy({ $0.hash == $1 }) else {
                await files.close()
                throw StoreOpenError(.viewsAreForeign, path: path)
            }
            return SQLiteReadModels(files: files, log: log)
        } catch {
            throw StoreOpenError(reading: error, path: path)
        }
    }

    /// The projections whose rows are being built anew at the moment, and so not read.
    public var rebuilding: [String] { files.rebuilding }

    /// The outcomes feed.
    public var outcomesFeed: SQLiteOutcomesFeed {
        SQLiteOutcomesFeed(store: store(of: .feed))
    }

    /// The billing ledger.
    public var billingLedger: SQLiteBillingLedger {
        SQLiteBillingLedger(store: store(of: .ledger))
    }

    /// The dead letters.
    public var deadLetters: SQLiteDeadLetters {
        SQLiteDeadLetters(store: store(of: .deadLetters))
    }

    /// The index of journeys.
    public var journeys: SQLiteJourneys {
        SQLiteJourneys(store: store(of: .journeys))
    }

    /// Delivered value.
    public var valueDelivered: SQLiteValueDelivered {
        SQLiteValueDelivered(store: store(of: .value))
    }

    /// When each read model has got where.
    public var arrivals: SQLiteArrivals { SQLiteArrivals(files: files) }

    /// Where a read model can be built anew while it is read.
    public func rebuildSite(of model: ReadModelName) -> SQLiteRebuildSite {
        SQLiteRebuildSite(model: model, files: files, log: log)
    }

    /// Closes the files.
    public func close() async {
        await files.close()
        lock?.release()
    }

    private func store(of model: ReadModelName) -> ReadModelStore {
        ReadModelStore(home: files.home(of: model), log: log)
    }
}
