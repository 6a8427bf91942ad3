// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Logging
import SQLiteStore
import ServiceLifecycle
import Synchronization
import Testing
import TransparencyLog

@testable import Checkpoints

@Suite("The keeper signs what the log is")
struct CheckpointKeeperTests {
    private let partition = Partition(0)
    private let start = ContinuousClock.now

    @Test("after so many events, or when one has waited so long, and not before")
    func due() async throws {
        let fixture = try KeeperFixture()
        let keeper = fixture.keeper(events: 10, seconds: 60)
        try await fixture.append(9, to: partition)
        await keeper.turn(at: start)
        #expect(try await fixture.verifiedSizes(partition).isEmpty)
        try await fixture.append(1, to: partition)
        await keeper.turn(at: start)
        #expect(try await fixture.verifiedSizes(partition) == [10])
        try await fixture.append(3, to: partition)
        await keeper.turn(at: start + .seconds(100))
        await keeper.turn(at: start + .seconds(159))
        #expect(try await fixture.verifiedSizes(partition) == [10])
        await keeper.turn(at: start + .seconds(160))
        await keeper.turn(at: start + .seconds(300))
        #expect(try await fixture.verifiedSizes(partition) == [10, 13])
        #expect(keeper.health.troubles.isEmpty)
        await fixture.end()
    }

    @Test("what memory has not is read from the store, also where only the head is known")
    func unfed() async throws {
        let fixture = try KeeperFixture()
        try await fixture.append(300, to: partition, isFed: false)
        let keeper = fixture.keeper()
        #expect(await keeper.finish())
        try await fixture.append(5, to: partition)
        try await fixture.append(300, to: partition, isFed: false)
        try await fixture.append(5, to: partition)
        #expect(await keeper.finish())
        #expect(try await fixture.verifiedSizes(partition) == [300, 610])
        let tiles = TreeRange(level: 1, first: 0, count: 9)
        #expect(try await fixture.store.treeHashes(in: partition, [tiles]).first?.count == 2)
        let proof = try await TreeReader(fixture.store)
            .inclusion(of: LogPosition(17), in: partition, size: 610)
        let hash = try await fixture.store.treeHashes(
            in: partition,
            [TreeRange(level: 0, first: 16, count: 1)]
        )
        #expect(
            try #require(proof).verifies(
                try #require(hash.first?.first),
                root: try await fixture.root(of: partition, size: 610)
            )
        )
        await fixture.end()
    }

    @Test("catalogs are signed too, though nobody tells of their changes")
    func catalogs() async throws {
        let fixture = try KeeperFixture()
        let keeper = fixture.keeper(events: 1)
        await keeper.turn(at: start)
        let catalog = fixture.store.partitioning.catalogPartition
        let account = try #require(AccountID("acct_one"))
        _ = try await fixture.store.appendCatalog(account: account, expectedVersion: 0) {
            position,
            previous in
            StoredEvent(
                partition: catalog,
                position: position,
                stream: .catalog(account),
                version: 1,
                eventID: nil,
                header: [1],
                body: [2],
                metadata: .empty,
                envelope: [3],
                previous: previous,
                hash: Digest.sha256([4])
            )
        }
        await keeper.turn(at: start + CheckpointKeeper.lookInterval)
        #expect(try await fixture.verifiedSizes(catalog) == [1])
        await fixture.end()
    }

    @Test("after a restart it goes on from the last checkpoint")
    func restart() async throws {
        let first = try KeeperFixture()
        try await first.append(600, to: partition)
        #expect(await first.keeper().finish())
        try await first.append(7, to: partition)
        let second = try await first.reopened()
        let keeper = second.keeper()
        #expect(await keeper.finish())
        #expect(await keeper.finish())
        #expect(try await second.verifiedSizes(partition) == [600, 607])
        let consistency = try await TreeReader(second.store)
            .consistency(in: partition, from: 600, to: 607)
        #expect(
            try #require(consistency).verifies(
                firstRoot: try await second.root(of: partition, size: 600),
                secondRoot: try await second.root(of: partition, size: 607)
            )
        )
        await second.end()
    }

    @Test("who asks for a position gets a checkpoint that covers it; nobody signs for others")
    func demanded() async throws {
        let fixture = try KeeperFixture()
        try await fixture.append(5, to: partition)
        fixture.owned.withLock { $0 = [Partition(0)] }
        let keeper = fixture.keeper()
        let run = Task { try await keeper.run() }
        let made = try await keeper.checkpoint(covering: LogPosition(3), in: partition)
        #expect(made?.size == 5)
        let again = try await keeper.checkpoint(covering: LogPosition(5), in: partition)
        #expect(again == made)
        #expect(try await keeper.checkpoint(covering: LogPosition(9), in: partition) == nil)
        try await fixture.append(1, to: Partition(1))
        #expect(try await keeper.checkpoint(covering: LogPosition(1), in: Partition(1)) == nil)
        run.cancel()
        _ = try? await run.value
        await fixture.end()
    }

    @Test("at shutdown everything is signed")
    func shutdown() async throws {
        let fixture = try KeeperFixture()
        try await fixture.append(1, to: partition)
        let keeper = fixture.keeper()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: [keeper], logger: logger)
        async let running: Void = group.run()
        // It runs once this is answered.
        _ = try await keeper.checkpoint(covering: LogPosition(1), in: partition)
        try await fixture.append(4, to: partition)
        await group.triggerGracefulShutdown()
        try await running
        #expect(try await fixture.verifiedSizes(partition) == [1, 5])
        await fixture.end()
    }

    @Test("a new key signs from then on, and is known before; the old checkpoints stay good")
    func rotation() async throws {
        let fixture = try KeeperFixture()
        let old = try await fixture.keys.current()
        let keeper = fixture.keeper(events: 1)
        try await fixture.append(1, to: partition)
        await keeper.turn(at: start)
        // Two rotations before anybody looks: the chain has no gap all the same.
        let middle = try KeeperFixture.identity(of: fixture.store.logName, after: old)
        let new = try KeeperFixture.identity(of: fixture.store.logName, after: middle)
        fixture.keys.set(new)
        try await fixture.append(1, to: partition)
        await keeper.turn(at: start + CheckpointKeeper.lookInterval)
        #expect(try await fixture.verifiedSizes(partition) == [1, 2])
        let keys = try await fixture.store.signingKeys()
        #expect(keys.count == 3)
        let verifier = NoteVerifier(keys: [old.signer.verifierKey])
            .following(try keys.map { try SignedNote($0.registration) })
        let latest = try await fixture.store.latestCheckpoints(of: [partition])[partition]
        let note = try SignedNote(try #require(latest).note)
        #expect(try verifier.verify(note).signers == [new.signer.verifierKey])
        fixture.keys.set(nil)
        try await fixture.append(1, to: partition)
        await keeper.turn(at: start + CheckpointKeeper.lookInterval * 2)
        #expect(
            try await fixture.verifiedSizes(partition) == [1, 2, 3],
            "the key in memory is good"
        )
        await fixture.end()
    }

    @Test("without a key nothing is signed, and that is told")
    func noKey() async throws {
        let fixture = try KeeperFixture()
        fixture.keys.set(nil)
        let keeper = fixture.keeper(events: 1)
        try await fixture.append(1, to: partition)
        #expect(await keeper.turn(at: start) == false)
        #expect(!keeper.health.troubles.isEmpty)
        #expect(try await fixture.verifiedSizes(partition).isEmpty)
        await fixture.end()
    }

    @Test("what was exported reads back as it was")
    func export() async throws {
        let fixture = try KeeperFixture()
        try await fixture.append(3, to: partition)
        try await fixture.append(2, to: Partition(1))
        #expect(await fixture.keeper().finish())
        let export = try await CheckpointExport.read(from: fixture.store, at: .earliest)
        #expect(export.checkpoints.map(\.partition) == [0, 1])
        #expect(export.keys.count == 1)
        #expect(CheckpointExport(json: export.json) == export)
        #expect(CheckpointExport(json: Array("{}".utf8)) == nil)
        await fixture.end()
    }
}
