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
    /// two row by row.
    ///
    /// Nothing is written but a temporary file, which is removed; so read models that were opened for
    /// reading will do, also while a server uses them. A checkpoint whose event the log does not
    /// hold is a difference as well: its hash differs.
    /// - Parameters:
    ///   - model: Which one.
    ///   - log: The log they were made from.
    ///   - scratch: The path of the temporary file; what is there goes.
    ///   - advanced: Told how many events were folded in, after each batch.
    /// - Returns: How both compare, with the first rows that differ.
    /// - Throws: `.store` when a file cannot be read or written; `.failure` at an event that this
    ///   build cannot apply.
    public func compare(
        _ model: ReadModelName,
        with log: any EventLog & LogIndex,
        scratch: String,
        advanced: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(RebuildObstacle) -> ReadModelComparison {
        let live: DatabaseSnapshot
        let goal: [Partition: LogPosition]
        let rebuilt: ReadModelFile
        do throws(StoreError) {
            let pool = files.home(of: model).file.pool
            live = try await AsideWork.run { try pool.makeSnapshot() }
            goal = try await AsideWork.run { try live.read(ReadModelStatements.checkpoints) }
            let identity = log.identity
            rebuilt = try await AsideWork.run {
                ReadModelFile.remove(scratch)
                return try ReadModelFile.open(
                    model,
                    path: scratch,
                    for: .aside,
                    from: ReadModelFile.Origin(
                        identity: identity,
                        heads: [:],
                        isInLog: { _ in true }
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
            try await rebuilt.checkUniqueness()
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
}
