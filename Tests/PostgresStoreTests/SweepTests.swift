// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("Processed ingest rows go", .enabled(if: TestServer.isThere))
struct SweepTests {
    private func delete(
        through place: Int64,
        limit: Int,
        _ store: PostgresStore
    ) async throws -> Int {
        try await store.pool.use { connection in
            try IngestStatements.deleteProcessed(
                in: Drafts.partition,
                through: IngestPosition(place),
                limit: limit,
                connection
            )
        }
    }

    @Test("a few at a time, and never one that is not processed, whatever a node remembers")
    func bounded() async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        _ = try await store.append(try (0..<10).map { _ in try Drafts.draft() })
        let state = try #require(try await store.state(of: [Drafts.partition])[Drafts.partition])
        try await store.append([Drafts.turn(state, [], cursor: 7)])
        #expect(try await delete(through: 9, limit: 4, store) == 4)
        #expect(try await delete(through: 9, limit: 4, store) == 3)
        #expect(try await delete(through: 9, limit: 4, store) == 0)
        let left = try TestServer.connection(settings)
            .integers("SELECT position FROM ingest ORDER BY position")
        #expect(left == [8, 9, 10])
        await store.close()
    }

    @Test("what could not be deleted is due again")
    func kept() {
        let sweep = IngestSweep()
        let minute = IngestSweep.keptSeconds * 1_000_000_000
        sweep.processed(Partition(1), through: IngestPosition(5))
        _ = sweep.due(now: minute)
        sweep.processed(Partition(2), through: IngestPosition(6))
        let due = sweep.due(now: 2 * minute)
        #expect(due == [Partition(1): IngestPosition(5)])
        sweep.keep(due)
        #expect(
            sweep.due(now: 3 * minute) == [
                Partition(1): IngestPosition(5), Partition(2): IngestPosition(6),
            ]
        )
    }

    @Test("partitions whose heads are locked do not keep the others from being written")
    func lockedHeads() async throws {
        var settings = try TestServer.settings()
        settings.connections = 8
        let store = try await PostgresStore.open(settings, partitions: 8)
        let holder = try TestServer.connection(settings)
        let locked = IntakeQueue.runningLimitStatements + 1
        try holder.run("BEGIN; SELECT * FROM ingest_heads WHERE partition < \(locked) FOR UPDATE")
        try await withThrowingTaskGroup(of: [IngestResult].self) { group in
            for partition in 0..<locked {
                group.addTask {
                    try await store.append([try Drafts.draft(in: Partition(partition))])
                }
            }
            let free = try await store.append([try Drafts.draft(in: Partition(locked))])
            guard case .accepted? = free.first else {
                Issue.record("\(free)")
                return
            }
            try holder.run("COMMIT")
            for try await results in group {
                guard case .accepted? = results.first else {
                    Issue.record("\(results)")
                    return
                }
            }
        }
        await store.close()
    }
}
