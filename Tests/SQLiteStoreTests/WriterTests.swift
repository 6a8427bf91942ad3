// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Writer")
struct WriterTests {
    private struct Unknown: Error {}

    private func reason(_ body: () async throws(StoreError) -> Void) async -> StoreError.Reason? {
        do throws(StoreError) {
            try await body()
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("a write that throws leaves nothing behind")
    func rollback() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let failed = await reason { () throws(StoreError) in
            try await store.writer.write { database in
                try database.execute(sql: "UPDATE partitions SET epoch = 9")
                throw Unknown()
            }
        }
        #expect(failed == .unavailable)
        let state = try await store.state(of: [Partition(0)])
        #expect(state[Partition(0)]?.epoch == 0)
        await store.close()
    }

    @Test("a full disk refuses writes, leaves reads alone, and recovers by itself")
    func diskFull() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        _ = try await store.append([Sample.draft(0)])
        try await limitPages(of: store, to: "(SELECT page_count FROM pragma_page_count)")
        let refused = await reason { () throws(StoreError) in
            do {
                _ = try await store.append([Sample.draft(1, payloadBytes: 200_000)])
            } catch let error as StoreError {
                throw error
            } catch {
                throw StoreError(.unavailable)
            }
        }
        #expect(refused == .diskFull)
        let records = try await store.records(after: [Partition(1): .start], limit: 9)
        #expect(records[Partition(1)]?.count == 1)

        try await limitPages(of: store, to: "1000000")
        let result = try await store.append([Sample.draft(2, payloadBytes: 200_000)])
        guard case .accepted(let receipt) = try #require(result.first) else {
            Issue.record("not accepted")
            return
        }
        #expect(receipt.position.value == 2)
        await store.close()
    }

    private func limitPages(of store: SQLiteStore, to pages: String) async throws {
        try await store.writer.pool.writeWithoutTransaction { database in
            let count = try Int.fetchOne(database, sql: "SELECT \(pages)") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(count)")
        }
    }

    @Test("after a failed flush nothing is acknowledged, and the owner is told")
    func fatal() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        store.writer.fail(StoreError(.fatal, detail: "flush failed"))
        var told: [StoreError] = []
        for await failure in store.failures {
            told.append(failure)
        }
        #expect(told == [StoreError(.fatal, detail: "flush failed")])
        let draft = try Sample.draft()
        let refused = [
            await reason { () throws(StoreError) in _ = try await store.append([draft]) },
            await reason { () throws(StoreError) in try await store.writer.write { _ in } },
            await reason { () throws(StoreError) in _ = try await store.state(of: []) },
        ]
        #expect(refused == [.fatal, .fatal, .fatal])
        await store.close()
    }

    @Test(
        "failures of SQLite are named by what may still be true",
        arguments: [
            (ResultCode.SQLITE_IOERR_FSYNC, StoreError.Phase.working, StoreError.Reason.fatal),
            (.SQLITE_IOERR_FSYNC, .committing, .fatal),
            (.SQLITE_IOERR_WRITE, .committing, .fatal),
            (.SQLITE_IOERR_READ, .working, .unavailable),
            (.SQLITE_IOERR_READ, .committing, .fatal),
            (.SQLITE_FULL, .committing, .diskFull),
            (.SQLITE_BUSY, .working, .unavailable),
            (.SQLITE_CONSTRAINT_UNIQUE, .working, .conflict),
            (.SQLITE_CORRUPT, .working, .damaged),
        ]
    )
    func mapping(
        code: ResultCode,
        phase: StoreError.Phase,
        reason: StoreError.Reason
    ) {
        let error = StoreError(sqlite: DatabaseError(resultCode: code), phase: phase)
        #expect(error.reason == reason)
    }

    @Test("closing finishes what waits: accepted is kept, the rest is told")
    func closingDrains() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let accepted = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    do throws(StoreError) {
                        let draft = try? Sample.draft(number)
                        let results = try await store.append(draft.map { [$0] } ?? [])
                        guard case .accepted(let receipt) = results.first else { return nil }
                        return receipt.position.value
                    } catch {
                        #expect(error.reason == .closed)
                        return nil
                    }
                }
            }
            group.addTask {
                await store.close()
                return nil
            }
            return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        let again = try directory.open()
        let heads = try await again.heads()
        #expect(heads[Partition(1)]?.value == Int64(accepted.count))
        #expect(accepted.sorted() == Array(1..<Int64(accepted.count + 1)))
        await again.close()
    }

    @Test("a closed store refuses every call")
    func closed() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        await store.close()
        let draft = try Sample.draft()
        let refused = [
            await reason { () throws(StoreError) in _ = try await store.append([draft]) },
            await reason { () throws(StoreError) in
                _ = try await store.state(of: [Partition(0)])
            },
        ]
        #expect(refused == [.closed, .closed])
        await store.close()
    }

    @Test("rows of processed records are deleted together, and the backlog is counted")
    func processedRowsAreDeleted() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let count = SQLiteStore.deletedLeastRows + 2
        for number in 0..<count {
            _ = try await store.append([Sample.draft(number)])
        }
        #expect(store.ingestBacklog() == count)
        func process(through place: Int) async throws -> Int? {
            let state = try #require(try await store.state(of: [Partition(1)])[Partition(1)])
            try await store.append([
                PartitionAppend(
                    partition: Partition(1),
                    expected: state,
                    events: [],
                    timers: [],
                    cursor: IngestPosition(Int64(place)),
                    drained: IngestPosition(Int64(place))
                )
            ])
            return try await store.writer.read { database in
                try Int.fetchOne(database, sql: "SELECT count(*) FROM ingest")
            }
        }
        #expect(try await process(through: 2) == count)
        #expect(try await process(through: count - 1) == 1)
        #expect(store.ingestBacklog() == 1)
        await store.close()
        let again = try directory.open()
        #expect(again.ingestBacklog() == 1)
        await again.close()
    }

    @Test("the write-ahead log is moved into the database as it grows")
    func checkpoints() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        for number in 0..<60 {
            _ = try await store.append([Sample.draft(number, payloadBytes: 4_000_000)])
        }
        let limit = WALGauge.checkpointPages * StoreSchema.pageBytes
        let log = try directory.url.appendingPathComponent("store.db-wal")
            .resourceValues(forKeys: [.fileSizeKey]).fileSize
        #expect(try #require(log) < limit * 3 / 2)
        await store.close()
    }
}
