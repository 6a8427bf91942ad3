// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Logging

extension ReadModelFile {
    /// "ASSV", in the header of the database file.
    static let applicationID: Int64 = 0x4153_5356
    /// The page cache of the writer.
    static let writerCacheKibibytes = 32 * 1_024

    /// What a copy has to fit to be kept.
    struct Origin {
        /// The store's identity.
        let identity: Digest
        /// How far the log goes.
        let heads: [Partition: LogPosition]
        /// Whether the log has the event that a checkpoint names.
        let isInLog: (CheckpointMark) throws -> Bool
    }

    /// What becomes of a copy.
    enum Purpose {
        /// It is read: a new one refuses readers until it has got to where the log stood.
        case live
        /// It is built aside: nobody reads it, and it has no indexes before its rows are there.
        case aside
    }

    /// Opens a file, or makes a new one when there is none that fits.
    ///
    /// It fits when it is of this very store, no newer than this build, sound, and when the log has
    /// at each checkpoint the event that the checkpoint names.
    static func open(
        _ model: ReadModelName,
        path: String,
        for purpose: Purpose,
        from origin: Origin,
        logger: Logger
    ) throws -> ReadModelFile {
        if PosixFile.exists(path) {
            do {
                return try existing(model, path, for: purpose, from: origin, logger: logger)
            } catch let misfit as ReadModelMisfit {
                logger.warning(
                    "a read model is built anew",
                    metadata: ["projection": "\(model.projection)", "reason": "\(misfit.reason)"]
                )
            }
        }
        remove(path)
        return try created(model, path, for: purpose, from: origin, logger: logger)
    }

    /// Opens a live copy that is there for reading; nothing is written or thrown away.
    static func openForReading(
        _ model: ReadModelName,
        path: String,
        of identity: Digest,
        logger: Logger
    ) throws -> ReadModelFile {
        guard PosixFile.exists(path), !PosixFile.isDirectory(path) else {
            throw StoreOpenError(.missing, path: path)
        }
        let pool = try DatabasePool(readOnly: path, label: "assay-views-reading")
        let goals = try pool.read { database in
            try SQLiteStore.checkForReading(
                database,
                applicationID,
                ReadModelSchema.migrator(of: model),
                path: path
            )
            guard try ReadModelStatements.storeIdentity(database) == identity else {
                throw StoreOpenError(.viewsAreForeign, path: path)
            }
            return try ReadModelStatements.openGoals(database)
        }
        return ReadModelFile(
            model: model,
            pool: pool,
            gate: RebuildGate(goals: goals),
            path: path,
            gauge: nil,
            logger: logger
        )
    }

    private static func existing(
        _ model: ReadModelName,
        _ path: String,
        for purpose: Purpose,
        from origin: Origin,
        logger: Logger
    ) throws -> ReadModelFile {
        try ReadModelMisfit.checkHeader(of: path)
        return try ReadModelMisfit.finding {
            let gauge = WALGauge()
            let pool = try pool(path, gauge: gauge)
            try migrate(pool, model, for: purpose)
            let (marks, goals) = try pool.read { database in
                guard try ReadModelStatements.storeIdentity(database) == origin.identity else {
                    throw ReadModelMisfit(reason: "it is of another store")
                }
                return (
                    try ReadModelStatements.marks(database),
                    try ReadModelStatements.openGoals(database)
                )
            }
            guard try marks.allSatisfy(origin.isInLog) else {
                throw ReadModelMisfit(reason: "the log does not hold what it was made from")
            }
            return ReadModelFile(
                model: model,
                pool: pool,
                gate: RebuildGate(goals: goals),
                path: path,
                gauge: gauge,
                logger: logger
            )
        }
    }

    private static func created(
        _ model: ReadModelName,
        _ path: String,
        for purpose: Purpose,
        from origin: Origin,
        logger: Logger
    ) throws -> ReadModelFile {
        // SQLite would make it readable by all; what it keeps beside it takes its mode from it.
        _ = try PosixFile.open(path, creating: true)
        let gauge = WALGauge()
        let pool = try pool(path, gauge: gauge)
        try migrate(pool, model, for: purpose)
        let goals = purpose == .live ? origin.heads.filter { $0.value > .start } : [:]
        try pool.write { database in
            try ReadModelStatements.set(storeIdentity: origin.identity, database)
            try ReadModelStatements.insert(goals: goals, database)
        }
        return ReadModelFile(
            model: model,
            pool: pool,
            gate: RebuildGate(goals: goals),
            path: path,
            gauge: gauge,
            logger: logger
        )
    }

    private static func migrate(
        _ pool: DatabasePool,
        _ model: ReadModelName,
        for purpose: Purpose
    ) throws {
        let migrator = ReadModelSchema.migrator(of: model)
        let (isNewer, applied) = try pool.read { database in
            (try migrator.hasBeenSuperseded(database), try migrator.appliedMigrations(database))
        }
        guard !isNewer else { throw ReadModelMisfit(reason: "a newer version has written it") }
        // A copy that was whole for an older build lacks what comes before its indexes now.
        if purpose == .live || applied.contains(ReadModelSchema.indexes) {
            try migrator.migrate(pool)
        } else if !applied.contains(ReadModelSchema.rows(of: model)) {
            try migrator.migrate(pool, upTo: ReadModelSchema.rows(of: model))
        }
    }

    private static func pool(_ path: String, gauge: WALGauge) throws -> DatabasePool {
        try DatabasePool(
            path: path,
            label: "assay-views",
            marked: applicationID,
            prepareWriter: ConnectionStatements.prepareWriter(
                synchronous: "NORMAL",
                cacheKibibytes: writerCacheKibibytes
            ),
            gauge: gauge
        )
    }
}
