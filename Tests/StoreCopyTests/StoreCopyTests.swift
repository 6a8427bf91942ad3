// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import AssayApp
@testable import PostgresStore
@testable import SQLiteStore

@Suite("A SQLite store becomes a PostgreSQL store", .enabled(if: CopyFixture.isThere))
struct StoreCopyTests {
    @Test("everything is there, at its place, and is found as before")
    func everything() async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        let comparison = try await fixture.copy(filling)
        #expect(comparison.differences == [])
        #expect(comparison.target.map(\.events.count) == [10, 10, 10, 2])
        #expect(comparison.target.map(\.streams) == [5, 5, 5, 2])
        #expect(comparison.target.map(\.claims.count) == [8, 8, 8, 0])
        #expect(comparison.target.map(\.records.count) == [3, 3, 3, 0])
        #expect(comparison.target.map(\.timers.count) == [3, 3, 3, 0])
        #expect(comparison.target.map(\.clocks.count) == [1, 1, 1, 0])
        #expect(comparison.target.map(\.keys.count) == [3, 3, 3, 0])
        #expect(comparison.target.map(\.checkpoints.count) == [1, 1, 1, 1])
        #expect(comparison.lines.contains { $0.contains("USD booked") && $0.contains(" 22.5 ") })

        let source = try filling.open()
        let target = try await PostgresStore.open(fixture.settings)
        #expect(target.identity != source.identity)
        #expect(target.logName == source.logName)
        #expect(try await target.signingKeys() == source.signingKeys())
        #expect(try await target.accounts() == source.accounts())
        #expect(try await target.latestLiveClock() == source.latestLiveClock())
        for partition in source.partitioning.outcomePartitions {
            try await compare(partition, source, target)
        }
        await source.close()
        await target.close()
    }

    @Test("checkpoints come with the tiles that make their proofs")
    func checkpoints() async throws {
        let filling = try await Filling(isFilled: false)
        defer { filling.remove() }
        let partition = Partition(1)
        let tile = TreeTile(level: 1, number: 0, hash: Digest.sha256([7]))
        let source = try filling.open()
        for first in [0, 150] {
            let state = try #require(try await source.state(of: [partition])[partition])
            try await source.append([
                PartitionAppend(
                    partition: partition,
                    expected: state,
                    events: try Filling.events(
                        from: first,
                        count: 75,
                        in: partition,
                        after: state.head
                    ),
                    timers: [],
                    cursor: state.cursor,
                    drained: state.drained
                )
            ])
            try await Filling.sign(partition, in: source, tiles: first == 0 ? [] : [tile])
        }
        let checkpoints = try await source.checkpoints(in: partition, after: 0, limit: 9)
        await source.close()
        let fixture = try CopyFixture()
        #expect(try await fixture.copy(filling).differences == [])
        let target = try await PostgresStore.open(fixture.settings)
        #expect(checkpoints.map(\.size) == [150, 300])
        #expect(try await target.checkpoints(in: partition, after: 0, limit: 9) == checkpoints)
        let range = TreeRange(level: 1, first: 0, count: 2)
        #expect(try await target.treeHashes(in: partition, [range]) == [[tile.hash]])
        await target.close()
    }

    @Test("a statement of the copy that is carried out late, after the release, does nothing")
    func lateStatements() async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        _ = try await fixture.copy(filling)
        let source = try filling.open()
        let level = try await source.level()
        let heads = try #require(try await source.partitionHeads().first)
        await source.close()
        let store = try await PostgresStore.open(fixture.settings)
        let before = try await store.heads()
        let moved = StoreError(.conflict, detail: "the copy was released, or begun anew, meanwhile")
        await #expect(throws: moved) {
            try await store.pool.use { try CopyStatements.set(heads, level: level, $0) }
        }
        await #expect(throws: moved) {
            try await store.pool.use { connection in
                try CopyStatements.clearPassing(in: heads.partition, level: level, connection)
            }
        }
        let isReleasedAgain = try await store.pool.use { connection in
            try StoreRowStatements.moveLevel(from: level, to: nil, connection)
        }
        #expect(!isReleasedAgain)
        #expect(try await store.heads() == before)
        await store.close()
    }

    private func compare(
        _ partition: Partition,
        _ source: SQLiteStore,
        _ target: PostgresStore
    ) async throws {
        let ours = try #require(try await source.state(of: [partition])[partition])
        let theirs = try #require(try await target.state(of: [partition])[partition])
        #expect(theirs.head == ours.head)
        #expect(theirs.cursor == ours.cursor)
        #expect(theirs.drained == ours.drained)
        #expect(theirs.epoch == 0)
        let events = try await source.events(in: partition, after: .start, limit: 100)
        #expect(
            try await target.events(in: partition, after: .start, limit: 100) == events
        )
        let record = Filling.eventID(partition.number * 100 + 2, in: partition)
        let waiting = try await source.waitingRecord(record)
        #expect(waiting != nil)
        #expect(try await target.waitingRecord(record) == waiting)
        let sandbox = try Filling.sandbox(in: partition, of: source)
        #expect(try await target.sandboxClock(of: sandbox) == source.sandboxClock(of: sandbox))
        let clocks: [TimerClock] = [.live, .sandbox(sandbox)]
        let due = clocks.map { clock in
            TimerQuery(
                clock: PartitionClock(partition: partition, clock: clock),
                through: Filling.time(9_000)
            )
        }
        #expect(
            try await target.dueTimers(due, limit: 10) == source.dueTimers(due, limit: 10)
        )
        let names = try ["acme", "gone", "never"].map { try Filling.keyName($0, in: partition) }
        let keys = try await source.keys(named: names)
        #expect(keys.values.count { $0.secret != nil } == 1)
        #expect(keys.values.count { $0.isDestroyed } == 2)
        #expect(try await target.keys(named: names) == keys)
        // A retry is found, wherever its claim was kept, and a new event goes on at the next place.
        let first = partition.number * 100
        let drafts = try [first, first + 2, 900].map {
            try Filling.draft($0, in: partition, retry: true)
        }
        let answers = try await target.append(drafts)
        #expect(try await source.append(drafts) == answers)
        #expect(
            answers.allSatisfy { if case .duplicate(_, false) = $0 { true } else { false } }
        )
        let new = [try Filling.draft(first + 77, in: partition)]
        #expect(try await target.append(new) == source.append(new))
    }

    @Test(
        "an interrupted copy is not served, and goes on to the same end",
        arguments: [
            "compared", "cleared", "claims", "events", "records", "clocks", "timers", "keys",
            "heads", "read",
        ],
        [1, 3]
    )
    func interrupted(step: String, times: Int) async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        // A new copy has nothing to clear; a source that was served meanwhile has it cleared.
        if step == "cleared" {
            try await fixture.interrupt(filling, at: "heads")
            let store = try filling.open()
            try await Filling.workOn(store)
            await store.close()
        }
        let isOnce = step == "compared"
        try await fixture.interrupt(filling, at: step, times: isOnce ? 1 : times)
        #expect(await fixture.refusal() == .copyUnfinished)
        #expect(try await fixture.copy(filling).differences == [])
        #expect(await fixture.refusal() == nil)
    }

    @Test(
        "a source that was served since an interrupted copy is copied as it is now",
        arguments: ["claims", "events", "timers", "heads", "read"]
    )
    func grown(step: String) async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        try await fixture.interrupt(filling, at: step, times: 2)
        let store = try filling.open()
        try await Filling.workOn(store)
        await store.close()
        // Interrupted in what has to be done anew, too.
        try await fixture.interrupt(filling, at: "claims", times: 7)
        let comparison = try await fixture.copy(filling)
        #expect(comparison.differences == [])
        #expect(comparison.target.map(\.events.count) == [20, 20, 20, 2])
        #expect(comparison.target.map(\.timers.count) == [5, 5, 5, 0])
        #expect(await fixture.refusal() == nil)
    }
}
