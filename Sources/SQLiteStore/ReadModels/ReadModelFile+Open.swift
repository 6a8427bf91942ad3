// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Logging

extension ReadModelFile {
    /// What is put behind the store's path.
    static let suffix = ".views"
    /// "ASSV", in the header of the database file.
    static let applicationID: Int64 = 0x4153_5356

    /// Opens a file, or makes a new one when there is none that fits; `heads` is how far the log
    /// goes.
    ///
    /// It fits when it is of this very store, no newer than this build, sound, and when the log has
    /// at each checkpoint the event that the checkpoint names.
    static func open(
        path: String,
        of identity: Digest,
        heads: [Partition: LogPosition],
        isInLog: (CheckpointMark) throws -> Bool,
        logger: Logger
    ) throws -> ReadModelFile {
        if PosixFile.exists(path) {
            do {
                return try existing(path, of: identity, isInLog: isInLog, logger: logger)
            } catch let misfit as Misfit {
                logger.warning(
                    "the read models are built anew",
                    metadata: ["reason": "\(misfit.reason)"]
                )
            }
        }
        remove(path)
        return try created(path, of: identity, heads: heads, logger: logger)
    }

    /// Opens a file that is there for reading; answers what it was made from, too.
    static func openForReading(
        path: String,
        of identity: Digest,
        logger: Logger
    ) throws -> (ReadModelFile, [CheckpointMark]) {
        guard PosixFile.exists(path), !PosixFile.isDirectory(path) else {
            throw StoreOpenError(.missing, path: path)
        }
        let pool = try DatabasePool(readOnly: path, label: "assay-views-reading")
        let (marks, goals) = try pool.read { database in
            try SQLiteStore.checkForReading(
                database,
                applicationID,
                ReadModelSchema.migrator,
                path: path
            )
            guard try ReadModelStatements.storeIdentity(database) == identity else {
                throw StoreOpenError(.viewsAreForeign, path: path)
            }
            return (
                try ReadModelStatements.marks(database),
                try ReadModelStatements.openGoals(database)
            )
        }
        let file = ReadModelFile(
            pool: pool,
            rebuild: RebuildGate(goals: goals),
            path: path,
            gauge: nil,
            logger: logger
        )
        return (file, marks)
    }

    /// Why a file is thrown away.
    private struct Misfit: Error {
        let reason: String
    }

    private static func existing(
        _ path: String,
        of identity: Digest,
        isInLog: (CheckpointMark) throws -> Bool,
        logger: Logger
    ) throws -> ReadModelFile {
        let header = try PosixFile.open(path, creating: false).read(at: 0, count: 100)
        guard header.isEmpty || header.isSQLiteHeader(of: applicationID) else {
            throw StoreOpenError(.viewsAreForeign, path: path)
        }
        do {
            let gauge = WALGauge()
            let pool = try pool(path, gauge: gauge)
            let migrator = ReadModelSchema.migrator
            guard try !pool.read(migrator.hasBeenSuperseded) else {
                throw Misfit(reason: "a newer version has written them")
            }
            try migrator.migrate(pool)
            let (marks, goals) = try pool.read { database in
                guard try ReadModelStatements.storeIdentity(database) == identity else {
                    throw Misfit(reason: "they are of another store")
                }
                return (
                    try ReadModelStatements.marks(database),
                    try ReadModelStatements.openGoals(database)
                )
            }
            guard try marks.allSatisfy(isInLog) else {
                throw Misfit(reason: "the log does not hold what they were made from")
            }
            return ReadModelFile(
                pool: pool,
                rebuild: RebuildGate(goals: goals),
                path: path,
                gauge: gauge,
                logger: logger
            )
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode)
        {
            throw Misfit(reason: "they are damaged")
        } catch let error as StoreError where error.reason == .damaged {
            throw Misfit(reason: "they are damaged")
        }
    }

    private static func created(
        _ path: String,
        of identity: Digest,
        heads: [Partition: LogPosition],
        logger: Logger
    ) throws -> ReadModelFile {
        // SQLite would make it readable by all; what it keeps beside it takes its mode from it.
        _ = try PosixFile.open(path, creating: true)
        let gauge = WALGauge()
        let pool = try pool(path, gauge: gauge)
        try ReadModelSchema.migrator.migrate(pool)
        let heads = heads.filter { $0.value > .start }
        let goals = Dictionary(
            uniqueKeysWithValues: ReadModelTables.projections.map { ($0, heads) }
        )
        try pool.write { database in
            try ReadModelStatements.set(storeIdentity: identity, database)
            try ReadModelStatements.insert(goals: goals, database)
        }
        return ReadModelFile(
            pool: pool,
            rebuild: RebuildGate(goals: goals),
            path: path,
            gauge: gauge,
            logger: logger
        )
    }

    private static func pool(_ path: String, gauge: WALGauge) throws -> DatabasePool {
        try DatabasePool(
            path: path,
            label: "assay-views",
            marked: applicationID,
            prepareWriter: ConnectionStatements.prepareWriter(synchronous: "NORMAL"),
            gauge: gauge
        )
    }
}

extension [UInt8] {
    /// Whether these first 100 bytes of a file are those of a SQLite database with this mark.
    func isSQLiteHeader(of applicationID: Int64) -> Bool {
        guard count == 100, starts(with: "SQLite format 3\0".utf8) else { return false }
        return self[68..<72].reduce(Int64(0)) { $0 << 8 | Int64($1) } == applicationID
    }
}
