// SPDX-License-Identifier: Apache-2.0

public import EventStore
import GRDB
public import ProjectionKit

/// Where a read model of SQLite is built anew: in the other one of its two files.
public struct SQLiteRebuildSite: RebuildSite {
    let model: ReadModelName
    let files: ReadModelSet
    let log: any LogIndex

    /// The projection's name.
    public var projection: String { model.projection }

    /// Half a ledger is no measure of a whole one.
    public var hindrance: String? {
        files.home(of: model).file.gate.isClosed
            ? "The live rows are being built anew already; see /readyz." : nil
    }

    /// What the catalog says.
    public func record() async throws(StoreError) -> RebuildRecord {
        try await files.catalog.entry(of: model).rebuild
    }

    /// One transaction in the catalog.
    public func write(_ record: RebuildRecord) async throws(StoreError) {
        var entry = try await files.catalog.entry(of: model)
        entry.rebuild = record
        try await files.catalog.set(entry, of: model)
    }

    /// The copy in the file that is not live.
    public func copy() async throws(StoreError) -> any ReadModel {
        let store = ReadModelStore(
            home: ReadModelHome(try await aside()),
            log: log,
            isAside: true
        )
        return model.readModel(in: store)
    }

    /// How far the live rows have got.
    public func liveCheckpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await files.home(of: model).file.read(ReadModelStatements.checkpoints)
    }

    /// Makes the indexes that reading needs, in one transaction, and flushes the file.
    public func complete() async throws(RebuildObstacle) {
        let file: ReadModelFile
        do throws(StoreError) {
            file = try await aside()
        } catch {
            throw .store(error)
        }
        try await file.complete()
    }

    /// Compares in a snapshot of the live copy, which the other one is brought to first.
    public func compare(
        catchUp: @Sendable ([Partition: LogPosition]) async throws(RebuildObstacle) -> Void,
        isInterrupted: @escaping @Sendable () -> Bool
    ) async throws(RebuildObstacle) -> ReadModelComparison {
        let aside: ReadModelFile
        let live: DatabaseSnapshot
        let goal: [Partition: LogPosition]
        do throws(StoreError) {
            aside = try await self.aside()
        } catch {
            throw .store(error)
        }
        do throws(StoreError) {
            let pool = files.home(of: model).file.pool
            live = try await AsideWork.run { try pool.makeSnapshot() }
            goal = try await AsideWork.run { try live.read(ReadModelStatements.checkpoints) }
        } catch {
            throw .live(error)
        }
        try await catchUp(goal)
        return try await ReadModelComparison.of(
            model,
            live: live,
            rebuilt: aside.pool,
            at: goal,
            isInterrupted: isInterrupted
        )
    }

    /// Swaps while nobody writes the live copy; readers are where they are.
    public func swap(
        recording record: RebuildRecord,
        catchUp: @Sendable ([Partition: LogPosition]) async throws(RebuildObstacle) -> Void
    ) async throws(RebuildObstacle) {
        let home = files.home(of: model)
        let old = await home.beginWriting()
        defer { home.endWriting() }
        let goal: [Partition: LogPosition]
        do throws(StoreError) {
            goal = try await old.read(ReadModelStatements.checkpoints)
        } catch {
            throw .live(error)
        }
        try await catchUp(goal)
        let copy: ReadModelFile
        do throws(StoreError) {
            copy = try await aside()
            guard try await copy.read(ReadModelStatements.checkpoints) == goal else {
                throw StoreError(.unavailable, detail: "the copy is not where the live rows are")
            }
            var entry = try await files.catalog.entry(of: model)
            // Swapped already, when a try before this one was written down and did not come to know.
            if entry.rebuild.stage != .swapped {
                entry.live = entry.live.other
                entry.rebuild = record
                try await files.catalog.set(entry, of: model)
            }
        } catch {
            throw .store(error)
        }
        files.takeAside(of: model)
        home.move(to: copy)
        // Who reads it has it open until it is dropped.
        files.keepOld(old)
    }

    /// Removes the file that is not live, and forgets the rebuild.
    public func drop() async throws(StoreError) {
        let entry = try await files.catalog.entry(of: model)
        try await files.catalog.set(ReadModelCatalog.Entry(live: entry.live), of: model)
        await files.takeAside(of: model)?.close()
        await files.takeOld(of: model)?.close()
        ReadModelFile.remove(files.copyPath(of: model, entry.live.other))
    }

    private func aside() async throws(StoreError) -> ReadModelFile {
        let side = try await files.catalog.entry(of: model).live.other
        return try await AsideWork.run { try files.aside(of: model, side: side) }
    }
}
