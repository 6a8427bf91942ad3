// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import SQLiteStore
import Testing
import TransparencyLog

@testable import Checkpoints

@Suite("A log that is not what was signed is noticed, and signed no more")
struct AlteredLogTests {
    private let partition = Partition(0)

    /// Signs five events of two partitions, lets somebody at the file, and looks what a keeper says.
    private func troubles(_ statements: String...) async throws -> [String] {
        let first = try KeeperFixture()
        try await first.append(5, to: partition)
        try await first.append(5, to: Partition(1))
        #expect(await first.keeper().finish())
        await first.store.close()
        var fixture = first
        for statement in statements { fixture = try await fixture.reopened(after: statement) }
        try await fixture.append(1, to: Partition(1))
        let keeper = fixture.keeper()
        #expect(await keeper.finish() == false)
        // The other partition goes on.
        #expect(try await fixture.verifiedSizes(Partition(1)) == [5, 6])
        let size = try await fixture.store.latestCheckpoints(of: [partition])[partition]?.size
        #expect(size == 5)
        #expect(keeper.health.disagreementCount == 1)
        let troubles = keeper.health.troubles
        await fixture.end()
        return troubles
    }

    @Test("an event whose hash was exchanged")
    func changed() async throws {
        let troubles = try await troubles(
            "DROP TRIGGER events_no_update",
            "UPDATE events SET hash = zeroblob(32) WHERE place = 3"
        )
        #expect(troubles.first?.contains("another root") == true, "\(troubles)")
    }

    @Test("a note that was written anew without the key")
    func forged() async throws {
        let troubles = try await troubles(
            "DROP TRIGGER checkpoints_no_update",
            """
            UPDATE checkpoints SET note = replace(note, 'time 1970', 'time 1971')
            WHERE partition = 0
            """
        )
        #expect(troubles.first?.contains("not well signed") == true, "\(troubles)")
    }

    @Test("a checkpoint whose row says something else than its note")
    func relabelled() async throws {
        let troubles = try await troubles(
            "DROP TRIGGER checkpoints_no_update",
            "UPDATE checkpoints SET root = zeroblob(32) WHERE partition = 0"
        )
        #expect(troubles.first?.contains("was changed") == true, "\(troubles)")
    }

    @Test("a log in memory that is not the one in the store is given up and read again")
    func otherFeed() async throws {
        let fixture = try KeeperFixture()
        let keeper = fixture.keeper()
        await keeper.turn()
        // Somebody tells of events that a fail-over has lost.
        fixture.feed.publish(
            (0..<4).map(MemoryTree.hash),
            in: partition,
            through: LogPosition(4)
        )
        await keeper.turn()
        try await fixture.append(6, to: partition, isFed: false)
        try await fixture.append(1, to: partition)
        #expect(await keeper.finish())
        #expect(try await fixture.verifiedSizes(partition) == [7])
        await fixture.end()
    }
}
