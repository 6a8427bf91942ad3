// SPDX-License-Identifier: Apache-2.0

public import EventStore
import GRDB
import Logging
public import ProjectionKit

extension ReadModelComparison {
    /// Compares two copies row by row; both have to stay as they are meanwhile.
    static func of(
        _ model: ReadModelName,
        live: any DatabaseReader,
        rebuilt: any DatabaseReader,
        at checkpoints: [Partition: LogPosition],
        isInterrupted: @escaping @Sendable () -> Bool
    ) async throws(RebuildObstacle) -> ReadModelComparison {
        let result: RowComparison.Outcome?
        do throws(StoreError) {
            result = try await AsideWork.run {
                try live.read { live in
                    try rebuilt.read { rebuilt in
                        try RowComparison.run(
                            of: model,
                            live: live,
                            rebuilt: rebuilt,
                            isInterrupted: isInterrupted
                        )
                    }
                }
            }
        } catch {
            throw .store(error)
        }
        guard let result else { throw .interrupted }
        return ReadModelComparison(
            projection: model.projection,
            checkpoints: checkpoints,
            rows: result.rows,
            liveDigest: result.liveDigest,
            rebuiltDigest: result.rebuiltDigest,
            differenceCount: result.differenceCount,
            differences: result.differences
        )
    }
}

extension SQLiteReadModels {
    /// Builds a read model aside, from the log up to where its live rows have got, and compares the
    /// two row by row. Nothing but a temporary file is written, which is removed.
    ///
    /// The live rows are opened to be read only, so a server may be using them. A checkpoint whose
    /// event the log does not hold is a difference as well: its hash differs.
    /// - Parameters:
    ///   - model: Which one.
    ///   - path: The catalog of the live rows: `PATH.views`.
    ///   - log: The log they were made from.
    ///   - scratch: The path of the temporary file; nothing may be there.
    ///   - advanced: Told how many events were folded in, after each batch.
    /// - Returns: How both compare, with the first rows that differ.
    /// - Throws: `.store` when a file cannot be read or written; `.failure` at an event that this
    ///   build cannot apply.
    public static func compare(
        _ model: ReadModelName,
        at path: String,
        with log: any EventLog & LogIndex,
        scratch: String,
        advanced: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(RebuildObstacle) -> ReadModelComparison {
        let live: DatabaseSnapshot
        let goal: [Partition: LogPosition]
        let rebuilt: ReadModelFile
        do throws(StoreError) {
            live = try await AsideWork.run { try Self.snapshot(of: model, path: path) }
            goal = try await AsideWork.run { try live.read(ReadModelStatements.checkpoints) }
            let identity = log.identity
            rebuilt = try await AsideWork.run {
                try ReadModelFile.open(
                    model,
                    path: scratch,
                    for: .aside,
                    from: ReadModelFile.Origin(
                        identity: identity,
                        heads: [:],
                        isInLog: { _ in false }
                    ),
                    logger: Logger(label: "assay.audit")
                )
            }
        } catch {
            throw .store(error)
        }
        let result: Result<ReadModelComparison, RebuildObstacle>
        do throws(RebuildObstacle) {
            let store = ReadModelStore(home: ReadModelHome(rebuilt), log: log)
            try await CatchUp(
                model: model.readModel(in: store),
                source: FactSource(log: log, tail: nil),
                advanced: advanced
            ).run(to: goal)
            result = .success(
                try await ReadModelComparison.of(
                    model,
                    live: live,
                    rebuilt: rebuilt.pool,
                    at: goal,
                    isInterrupted: { false }
                )
            )
        } catch {
            result = .failure(error)
        }
        await rebuilt.close()
        ReadModelFile.remove(scratch)
        return try result.get()
    }

    /// The live rows as they are now, read only.
    private static func snapshot(
        of model: ReadModelName,
        path: String
    ) throws -> DatabaseSnapshot {
        let catalog = try ReadModelCatalog.reading(path: path)
        defer { catalog.close() }
        let side = try catalog.entries()[model]?.live ?? .a
        var configuration = Configuration()
        configuration.label = "assay-views-read"
        configuration.readonly = true
        configuration.busyMode = .timeout(SQLiteStore.busyTimeoutSeconds)
        let file = ReadModelSet.copyPath(of: model, side, path: path)
        return try DatabasePool(path: file, configuration: configuration).makeSnapshot()
    }
}
