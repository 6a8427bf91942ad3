// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
public import Logging

extension SQLiteStore {
    /// Opens a store that is there for reading, whether a server holds it or not.
    ///
    /// The store's file, its write-ahead log, its mark and its keys are not written; without the keys,
    /// or the right to read them, what is sealed stays so. While no process has the
    /// store open SQLite may leave an empty log and an index of it beside the file, which mean
    /// nothing and go with the next server. Checked as on every opening: the file's marks, the schema,
    /// the heads against the last rows of both logs, and the heads against the high-water mark, all on
    /// one state of the file.
    /// - Parameters:
    ///   - path: The file.
    ///   - logger: Where trouble is told.
    /// - Returns: The store, to be closed when it is not needed any more.
    /// - Throws: `StoreOpenError`, whose description says what to do.
    public static func openForReading(
        path: String,
        logger: Logger = Logger(label: "assay.store")
    ) throws(StoreOpenError) -> SQLiteStoreReader {
        guard PosixFile.exists(path) else { throw StoreOpenError(.missing, path: path) }
        guard !PosixFile.isDirectory(path) else { throw StoreOpenError(.notAStore, path: path) }
        do {
            // A store is never before its mark; so the mark comes first.
            let acknowledged = try HighWaterMark.forReading(storePath: path)?.level()
            let pool = try DatabasePool(readOnly: path, label: "assay-reading")
            let (partitioning, identity, logName) = try pool.read { database in
                try checkForReading(
                    database,
                    StoreSchema.applicationID,
                    StoreSchema.migrator,
                    path: path
                )
                let (partitioning, identity, logName) = try storeRow(database, path: path)
                let claims = try ClaimStatements.recent(database)
                let rows = try IngestStatements.waitingRows(
                    of: partitioning,
                    after: claims.lastFlush,
                    database
                )
                _ = try StoreCheck(path: path, acknowledged: acknowledged)
                    .ledger(of: partitioning, rows: rows, database)
                return (partitioning, identity, logName)
            }
            return SQLiteStoreReader(
                identity: identity,
                partitioning: partitioning,
                keys: SealingKeyFile.forReading(beside: path, of: identity),
                logName: logName,
                path: path,
                pool: pool,
                logger: logger
            )
        } catch {
            throw StoreOpenError(reading: error, path: path)
        }
    }

    /// Refuses a file of another program, and one whose schema is not this build's.
    static func checkForReading(
        _ database: Database,
        _ applicationID: Int64,
        _ migrator: DatabaseMigrator,
        path: String
    ) throws {
        let mark = try Int64.fetchOne(database, sql: ConnectionStatements.applicationID)
        guard mark == applicationID else { throw StoreOpenError(.notAStore, path: path) }
        guard try !migrator.hasBeenSuperseded(database) else {
            throw StoreOpenError(.tooNew, path: path)
        }
        guard try migrator.hasCompletedMigrations(database) else {
            throw StoreOpenError(.tooOld, path: path)
        }
    }

    private static func storeRow(
        _ database: Database,
        path: String
    ) throws -> (Partitioning, Digest, String) {
        let select = try BoundStatement(database, PartitionStatements.selectStore)
        let known = try select.first { row in
            (Int(row.integer(0)), try row.digest(1), try row.text(2).string)
        }
        guard let (count, identity, logName) = known else {
            throw StoreOpenError(.tooOld, path: path)
        }
        guard let partitioning = Partitioning(count: count) else {
            throw StoreOpenError(.damaged, path: path, detail: "\(count) partitions")
        }
        return (partitioning, identity, logName)
    }
}

extension DatabasePool {
    /// Opens a file that is there, read-only; it may be in use by another process.
    convenience init(readOnly path: String, label: String) throws {
        var configuration = Configuration()
        configuration.label = label
        configuration.readonly = true
        configuration.maximumReaderCount = SQLiteStore.readerLimitConnections
        configuration.busyMode = .timeout(SQLiteStore.busyTimeoutSeconds)
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { database in
            try database.execute(sql: ConnectionStatements.prepareReader)
        }
        try self.init(path: path, configuration: configuration)
    }
}

extension StoreOpenError {
    /// Names whatever went wrong while opening for reading.
    init(reading error: any Error, path: String) {
        guard let failure = error as? DatabaseError else {
            self.init(opening: error, path: path)
            return
        }
        switch failure.resultCode {
        case .SQLITE_NOTADB: self.init(.notAStore, path: path)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: self.init(.notReadable, path: path)
        default: self.init(opening: error, path: path)
        }
    }
}
