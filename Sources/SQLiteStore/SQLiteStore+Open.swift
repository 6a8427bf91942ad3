// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
public import Logging

extension SQLiteStore {
    /// Readers beside the writer.
    static let readerLimitConnections = 4
    /// How long a connection waits for another program's lock, such as a backup's.
    static let busyTimeoutSeconds = 5.0
    /// The page cache of each connection.
    static let writerCacheKibibytes = 64 * 1_024
    static let readerCacheKibibytes = 4 * 1_024

    /// Opens a store, creating it when there is no file yet, and brings its schema up to date.
    ///
    /// Blocks while it reads; meant for the start of the program. What it checks takes time in
    /// proportion to the number of partitions, not to the size of the store: the file's marks, the
    /// schema, the heads against the last rows of both logs, and the heads against the high-water
    /// mark beside the file.
    /// - Parameters:
    ///   - path: The file; its directory must exist.
    ///   - partitions: For a new store, 64 unless given; of an existing one it must be the number
    ///     it was created with, or nil.
    ///   - logger: Where the writer tells of trouble.
    /// - Returns: The store, locked for this process until it is closed.
    /// - Throws: `StoreOpenError`, whose description says what to do.
    public static func open(
        path: String,
        partitions: Int? = nil,
        logger: Logger = Logger(label: "assay.store")
    ) throws(StoreOpenError) -> SQLiteStore {
        let asked = partitions ?? Partitioning.defaultCount
        guard let created = Partitioning(count: asked) else {
            throw StoreOpenError(.partitionCountInvalid(asked), path: path)
        }
        let lock = try StoreLock.acquire(storePath: path)
        try checkHeader(path: path)
        let gauge = WALGauge()
        do {
            let mark = try HighWaterMark(storePath: path)
            try createFile(path: path)
            let pool = try DatabasePool(
                path: path,
                label: "assay",
                marked: StoreSchema.applicationID,
                prepareWriter: ConnectionStatements.prepareWriter(synchronous: "FULL"),
                gauge: gauge
            )
            let (partitioning, identity, logName) = try prepare(pool, created: created, path: path)
            if let partitions, partitions != partitioning.count {
                throw StoreOpenError(
                    .partitionsDiffer(stored: partitioning.count, asked: partitions),
                    path: path
                )
            }
            let keyFile = try SealingKeyFile.open(beside: path, of: identity, pool)
            let users = try SQLiteUsers.open(beside: path, of: identity)
            let claims = try pool.read(ClaimStatements.recent)
            let check = StoreCheck(path: path, acknowledged: mark.level())
            let (ledger, waiting) = try pool.read { database in
                let rows = try IngestStatements.waitingRows(
                    of: partitioning,
                    after: claims.lastFlush,
                    database
                )
                return try check.ledger(of: partitioning, rows: rows, database)
            }
            let writer = StoreWriter(
                pool: pool,
                gauge: gauge,
                ledger: ledger,
                claims: claims,
                waitingRows: waiting,
                mark: mark,
                logger: logger
            )
            let readModels = try readModels(
                beside: path,
                of: identity,
                ledger,
                pool,
                logger
            )
            return SQLiteStore(
                identity: identity,
                partitioning: partitioning,
                logName: logName,
                writer: writer,
                readModels: readModels,
                keyFile: keyFile,
                users: users,
                lock: lock
            )
        } catch {
            throw StoreOpenError(opening: error, path: path)
        }
    }

    private static func readModels(
        beside path: String,
        of identity: Digest,
        _ ledger: IntakeLedger,
        _ pool: DatabasePool,
        _ logger: Logger
    ) throws -> ReadModelSet {
        let heads = ledger.partitioning.outcomePartitions.map { partition in
            (partition, LogPosition(ledger.entries[partition.number].eventHead))
        }
        let origin = ReadModelFile.Origin(
            identity: identity,
            heads: Dictionary(uniqueKeysWithValues: heads),
            isInLog: { mark in
                try pool.read { try EventLogStatements.hash(at: mark.place, $0) } == mark.hash
            }
        )
        return try ReadModelSet.open(
            path: path + SQLiteReadModels.suffix,
            from: origin,
            logger: logger
        )
    }

    /// Refuses a file of another program before SQLite touches it.
    private static func checkHeader(path: String) throws(StoreOpenError) {
        guard PosixFile.exists(path) else { return }
        guard !PosixFile.isDirectory(path) else { throw StoreOpenError(.notAStore, path: path) }
        let header: [UInt8]
        do throws(PosixFile.Failure) {
            header = try PosixFile.open(path, creating: false).read(at: 0, count: 100)
        } catch {
            throw StoreOpenError(file: error, path: path)
        }
        // A creation that was cut short leaves an empty file.
        guard !header.isEmpty else { return }
        guard header.isSQLiteHeader(of: StoreSchema.applicationID) else {
            throw StoreOpenError(.notAStore, path: path)
        }
    }

    /// Creates the file for its owner's eyes only; SQLite would let everybody read it, and gives the
    /// files beside it the mode of this one.
    ///
    /// The mode of a file that is there is its owner's affair.
    private static func createFile(path: String) throws(PosixFile.Failure) {
        guard !PosixFile.exists(path) else { return }
        _ = try PosixFile.open(path, creating: true)
    }

    /// Migrates the schema and answers the store's partitioning, identity and name, which a new
    /// store gets now.
    private static func prepare(
        _ pool: DatabasePool,
        created: Partitioning,
        path: String
    ) throws -> (Partitioning, Digest, String) {
        let migrator = StoreSchema.migrator
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw StoreOpenError(.tooNew, path: path)
        }
        // GRDB has set NORMAL together with the write-ahead log.
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: ConnectionStatements.flushEachCommit)
        }
        try migrator.migrate(pool)
        return try pool.write { database in
            let select = try BoundStatement(database, PartitionStatements.selectStore)
            let known = try select.first { row in
                (Int(row.integer(0)), try row.digest(1), try row.text(2).string)
            }
            if let (count, identity, logName) = known {
                guard let partitioning = Partitioning(count: count) else {
                    throw StoreOpenError(.damaged, path: path, detail: "\(count) partitions")
                }
                return (partitioning, identity, logName)
            }
            let identity = Digest.random()
            let store = try BoundStatement(database, PartitionStatements.insertStore)
            store.bind(1, created.count)
            store.bind(2, identity)
            let logName = LogName.created(with: identity)
            store.bind(3, Text(logName))
            try store.run()
            for partition in created.outcomePartitions + [created.catalogPartition] {
                let row = try BoundStatement(database, PartitionStatements.insertPartition)
                row.bind(1, partition)
                try row.run()
            }
            return (created, identity, logName)
        }
    }
}

extension StoreOpenError {
    /// Names whatever went wrong while opening.
    init(opening error: any Error, path: String) {
        switch error {
        case let known as StoreOpenError:
            self = known
        case let file as PosixFile.Failure:
            self.init(file: file, path: path)
        case let failure as StoreError:
            self.init(
                failure.reason == .damaged ? .damaged : .failed,
                path: path,
                detail: failure.detail
            )
        case let failure as DatabaseError:
            self.init(Self.reason(of: failure), path: path, detail: failure.message ?? "")
        default:
            self.init(.failed, path: path, detail: String(describing: error))
        }
    }

    private static func reason(of failure: DatabaseError) -> Reason {
        switch failure.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR: .damaged
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: .notWritable
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(processID: nil)
        case .SQLITE_FULL: .diskFull
        default: .failed
        }
    }
}
