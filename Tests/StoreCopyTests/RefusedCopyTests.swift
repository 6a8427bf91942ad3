// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import Testing

@testable import AssayApp
@testable import PostgresStore
@testable import SQLiteStore

@Suite("A copy that would not be one is refused", .enabled(if: CopyFixture.isThere))
struct RefusedCopyTests {
    private func refusal(
        _ fixture: CopyFixture,
        _ filling: Filling
    ) async throws -> PostgresOpenError? {
        do {
            _ = try await fixture.copy(filling)
            return nil
        } catch let error as PostgresOpenError {
            return error
        }
    }

    @Test("a target that is a store already stays what it is")
    func taken() async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        let store = try await PostgresStore.open(fixture.settings, partitions: 8)
        await store.close()
        #expect(try await refusal(fixture, filling) == .holdsStore(isFinishedCopy: false))
        let again = try await PostgresStore.open(fixture.settings)
        #expect(again.partitioning.count == 8)
        #expect(try await again.partitionHeads().allSatisfy { $0.state.head == .start })
        await again.close()
    }

    @Test("a finished copy is not copied into again, and an unfinished one only from its source")
    func others() async throws {
        let (filling, other) = (try await Filling(), try await Filling())
        defer {
            filling.remove()
            other.remove()
        }
        let fixture = try CopyFixture()
        try await fixture.interrupt(filling, at: "heads")
        #expect(try await refusal(fixture, other) == .holdsOtherCopy)
        #expect(try await refusal(fixture, filling) == nil)
        #expect(try await refusal(fixture, filling) == .holdsStore(isFinishedCopy: true))
        #expect(try await refusal(fixture, other) == .holdsStore(isFinishedCopy: false))
    }

    @Test("two commands do not write to one target")
    func twice() async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        let source = try filling.open()
        let first = try await fixture.open(for: source)
        await #expect(throws: PostgresOpenError.copyRuns) {
            _ = try await fixture.open(for: source)
        }
        await first.close()
        let second = try await fixture.open(for: source)
        await second.close()
        await source.close()
    }

    @Test("a source that went back and took another way is noticed before anything is written")
    func anotherWay() async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let files = FileManager.default
        let backup = filling.path + ".backup"
        try files.copyItem(atPath: filling.path, toPath: backup)
        var store = try filling.open()
        try await Filling.workOn(store)
        await store.close()
        let fixture = try CopyFixture()
        try await fixture.interrupt(filling, at: "read")
        for suffix in ["", "-wal", "-shm", ".mark", ".views"] {
            try? files.removeItem(atPath: filling.path + suffix)
        }
        try files.moveItem(atPath: backup, toPath: filling.path)
        store = try filling.open()
        try await Filling.work(in: Partition(1), of: store, from: 160)
        await store.close()
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await fixture.copy(filling)
        }
        #expect(failure?.description.contains("another way") == true)
        #expect(await fixture.refusal() == .copyUnfinished)
    }

    @Test(
        "what was changed in the target is found when both sides are read back",
        arguments: [
            (
                "UPDATE events SET body = body || 'x' WHERE partition = 1 AND position = 3",
                "hash of"
            ),
            (
                "UPDATE events SET event_id = NULL WHERE partition = 1 AND position = 3",
                "position 3"
            ),
            ("DELETE FROM events WHERE partition = 0 AND position = 4", "position 4"),
            ("DELETE FROM idempotency WHERE partition = 2 AND position = 1", "claims"),
            ("UPDATE idempotency SET body = scope WHERE partition = 2", "claims differ"),
            ("UPDATE ingest SET payload = 'x' WHERE partition = 0", "waiting records differ"),
            ("UPDATE clocks SET clock = clock + 1 WHERE partition = 0", "test clocks differ"),
            ("UPDATE sealing_keys SET secret = NULL WHERE partition = 1", "sealing keys differ"),
            ("UPDATE timers SET due = due - 1 WHERE partition = 2", "timers"),
            (
                "INSERT INTO streams VALUES (0, 9999, 1, 'acct_x', 0, 'k')",
                "streams: 5 on the source, 6 on the target"
            ),
        ]
    )
    func altered(change: String, words: String) async throws {
        let filling = try await Filling()
        defer { filling.remove() }
        let fixture = try CopyFixture()
        try await fixture.interrupt(filling, at: "read")
        try fixture.alter(change)
        let comparison = try await fixture.copy(filling)
        #expect(comparison.differences.contains { $0.contains(words) }, "\(comparison.differences)")
        #expect(comparison.lines.contains { $0.hasPrefix("DIFFERENT: ") })
        #expect(await fixture.refusal() == .copyUnfinished)
    }
}
