// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("Only a partition's owner makes its checkpoints", .enabled(if: TestServer.isThere))
struct CheckpointOwnerTests {
    private let settings: PostgresStore.Settings

    init() throws { settings = try TestServer.settings() }

    private func node() async throws -> PostgresStore {
        var settings = settings
        settings.instance = .random()
        return try await PostgresStore.open(settings, partitions: 4)
    }

    @Test("another node writes none, and who has lost the epoch none either")
    func owner() async throws {
        let (owner, other) = (try await node(), try await node())
        let partition = Drafts.partition
        try await owner.claim([partition: 0])
        let state = try #require(try await owner.state(of: [partition])[partition])
        let stream = StreamID.outcome(try #require(AccountID("acct_one")), "key")
        let event = Drafts.event(stream)
        try await owner.append([Drafts.turn(state, [event], cursor: 0)])
        func add(_ store: PostgresStore, epoch: Int) async throws -> Bool {
            let checkpoint = StoredCheckpoint(
                partition: partition,
                size: 1,
                root: .zero,
                time: .earliest,
                note: "signed\n"
            )
            let append = CheckpointAppend(
                checkpoint: checkpoint,
                epoch: epoch,
                last: event.hash,
                tiles: []
            )
            return try await store.appendCheckpoints([append]) == [partition]
        }
        #expect(try await !add(other, epoch: state.epoch))
        #expect(try await !add(owner, epoch: state.epoch - 1))
        #expect(try await owner.latestCheckpoints(of: [partition]).isEmpty)
        #expect(try await add(owner, epoch: state.epoch))
        try await other.claim([partition: state.epoch])
        #expect(try await !add(owner, epoch: state.epoch))
        #expect(try await add(other, epoch: state.epoch + 1))
        #expect(try await owner.checkpoints(in: partition, after: 0, limit: 9).count == 1)
        #expect(owner.logName == other.logName)
        await owner.close()
        await other.close()
    }
}
