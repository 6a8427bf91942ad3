// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit

/// The small file that says which copy of each read model is live, and how far rebuilds have come.
///
/// Each read model has room for two copies, in files beside this one. What becomes live becomes so
/// in one transaction here, flushed before it is acted on. Without this file all copies go.
final class ReadModelCatalog: Sendable {
    /// One of the two files of a read model.
    enum Side: Int64, Sendable {
        case a = 0
        case b = 1

        var other: Side { self == .a ? .b : .a }
    }

    /// What is known of a read model.
    struct Entry: Hashable, Sendable {
        var live = Side.a
        var rebuild = RebuildRecord.none
    }

    private let queue: DatabaseQueue

    private init(queue: DatabaseQueue) {
        self.queue = queue
    }

    /// Opens the file, or makes a new one in the place of one that does not fit.
    ///
    /// - Returns: The catalog, and whether it is new: then no copy is worth anything.
    static func open(path: String, of identity: Digest) throws -> (ReadModelCatalog, isNew: Bool) {
        if PosixFile.exists(path) {
            try ReadModelMisfit.checkHeader(of: path)
            do {
                return (try existing(path, of: identity), false)
            } catch is ReadModelMisfit {
                ReadModelFile.remove(path)
            }
        }
        _ = try PosixFile.open(path, creating: true)
        let queue = try queue(path, readonly: false)
        try ReadModelCatalogStatements.migrator.migrate(queue)
        try queue.write { try ReadModelStatements.set(storeIdentity: identity, $0) }
        return (ReadModelCatalog(queue: queue), true)
    }

    /// Opens a file that is there for reading, also beside a process that writes it.
    static func openForReading(path: String, of identity: Digest) throws -> ReadModelCatalog {
        guard PosixFile.exists(path), !PosixFile.isDirectory(path) else {
            throw StoreOpenError(.missing, path: path)
        }
        let queue = try queue(path, readonly: true)
        try queue.read { database in
            try SQLiteStore.checkForReading(
                database,
                ReadModelFile.applicationID,
                ReadModelCatalogStatements.migrator,
                path: path
            )
            guard try ReadModelStatements.storeIdentity(database) == identity else {
                throw StoreOpenError(.viewsAreForeign, path: path)
            }
        }
        return ReadModelCatalog(queue: queue)
    }

    private static func existing(_ path: String, of identity: Digest) throws -> ReadModelCatalog {
        try ReadModelMisfit.finding {
            let queue = try queue(path, readonly: false)
            let migrator = ReadModelCatalogStatements.migrator
            guard try !queue.read(migrator.hasBeenSuperseded) else {
                throw ReadModelMisfit(reason: "a newer version has written it")
            }
            try migrator.migrate(queue)
            guard try queue.read(ReadModelStatements.storeIdentity) == identity else {
                throw ReadModelMisfit(reason: "it is of another store")
            }
            return ReadModelCatalog(queue: queue)
        }
    }

    private static func queue(_ path: String, readonly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "assay-views-catalog"
        configuration.readonly = readonly
        configuration.busyMode = .timeout(SQLiteStore.busyTimeoutSeconds)
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            if try Int.fetchOne(database, sql: ConnectionStatements.pageCount) == 0 {
                let mark = StoreSchema.markNewFile(applicationID: ReadModelFile.applicationID)
                try database.execute(sql: mark)
            }
            try database.execute(sql: ConnectionStatements.flushEachCommit)
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    // MARK: Entries

    /// Blocks while it reads; meant for the start of the program.
    func entries() throws -> [ReadModelName: Entry] {
        try queue.read { database in
            var entries: [ReadModelName: Entry] = [:]
            for model in ReadModelName.allCases {
                entries[model] = try ReadModelCatalogStatements.entry(of: model, database)
            }
            return entries
        }
    }

    func entry(of model: ReadModelName) async throws(StoreError) -> Entry {
        try await inTransaction { try ReadModelCatalogStatements.entry(of: model, $0) }
    }

    /// Writes what is known of a read model, durably, in one transaction.
    ///
    /// An error of the commit does not say whether it was done: what is there afterwards does.
    func set(_ entry: Entry, of model: ReadModelName) async throws(StoreError) {
        do throws(StoreError) {
            try await inTransaction { try ReadModelCatalogStatements.set(entry, of: model, $0) }
        } catch {
            guard let found = try? await self.entry(of: model), found == entry else { throw error }
        }
    }

    /// Closes the file.
    func close() {
        // Nothing is written any more; what cannot be closed ends with the process.
        try? queue.close()
    }

    private func inTransaction<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { waiting in
            queue.asyncWriteWithoutTransaction { database in
                let result = Result {
                    var value: Value?
                    try database.inTransaction {
                        value = try work(database)
                        return .commit
                    }
                    guard let value else { throw StoreError(.unavailable) }
                    return value
                }
                waiting.resume(
                    returning: result.mapError { StoreError(sqlite: $0, phase: .working) }
                )
            }
        }
        return try result.get()
    }
}
