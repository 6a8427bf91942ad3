// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Checkpoint log")
struct CheckpointContractTests {
    private let partition = Partition(2)

    /// So many events on one stream, appended and as they were written.
    private func append(
        _ count: Int,
        to store: any EventStorePorts
    ) async throws -> [StoredEvent] {
        let state = try await store.state(of: partition)
        let stream = try Samples.stream("checkpointed \(state.head)")
        var events: [StoredEvent] = []
        for version in 1...count {
            events.append(
                Samples.event(
                    stream,
                    version: version,
                    in: partition,
                    at: state.head.value + Int64(version),
                    previous: events.last?.hash ?? .zero
                )
            )
        }
        try await store.append([Samples.turn(partition, state, events: events)])
        return events
    }

    private func checkpoint(
        _ size: Int64,
        of partition: Partition? = nil,
        note: String = "a note — signed\n"
    ) -> StoredCheckpoint {
        StoredCheckpoint(
            partition: partition ?? self.partition,
            size: size,
            root: Digest.sha256([UInt8(truncatingIfNeeded: size)]),
            time: Samples.time(size),
            note: note
        )
    }

    private func add(
        _ checkpoint: StoredCheckpoint,
        last: Digest,
        epoch: Int = 0,
        tiles: [TreeTile] = [],
        to store: any EventStorePorts
    ) async throws -> Bool {
        let append = CheckpointAppend(
            checkpoint: checkpoint,
            epoch: epoch,
            last: last,
            tiles: tiles
        )
        return try await store.appendCheckpoints([append]) == [checkpoint.partition]
    }

    @Test(
        "checkpoints are kept in order of size and survive a restart",
        arguments: StoreUnderTest.all
    )
    func order(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let events = try await append(5, to: store)
            #expect(try await store.latestCheckpoints(of: [partition]).isEmpty)
            for size in [2, 3, 5] as [Int64] {
                let last = events[Int(size) - 1].hash
                #expect(try await add(checkpoint(size), last: last, to: store))
            }
        } reopened: { store, partitioning in
            let latest = try await store.latestCheckpoints(of: [Partition(1), partition])
            #expect(latest == [partition: checkpoint(5)])
            let all = [2, 3, 5].map { checkpoint($0) }
            #expect(try await store.checkpoints(in: partition, after: 0, limit: 9) == all)
            #expect(try await store.checkpoints(in: partition, after: 2, limit: 1) == [all[1]])
            #expect(try await store.checkpoints(in: partition, after: 5, limit: 9).isEmpty)
            #expect(try await store.checkpoints(in: Partition(1), after: 0, limit: 9).isEmpty)
        }
    }

    @Test(
        "one is written only if the log is what its writer believes",
        arguments: StoreUnderTest.all
    )
    func believed(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let events = try await append(3, to: store)
            let last = events[2].hash
            let tile = TreeTile(level: 1, number: 0, hash: .zero)
            #expect(
                try await !add(checkpoint(3), last: last, epoch: 1, tiles: [tile], to: store)
            )
            #expect(try await !add(checkpoint(3), last: .zero, tiles: [tile], to: store))
            #expect(try await !add(checkpoint(2), last: last, tiles: [tile], to: store))
            #expect(try await !add(checkpoint(4), last: last, tiles: [tile], to: store))
            #expect(try await store.latestCheckpoints(of: [partition]).isEmpty)
            let range = TreeRange(level: 1, first: 0, count: 1)
            #expect(try await store.treeHashes(in: partition, [range]) == [[]])
            #expect(try await add(checkpoint(3), last: last, tiles: [tile], to: store))
            #expect(try await store.treeHashes(in: partition, [range]) == [[.zero]])
        }
    }

    @Test("one that is there stays as it is", arguments: StoreUnderTest.all)
    func again(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let events = try await append(3, to: store)
            let tiles = [TreeTile(level: 1, number: 0, hash: .zero)]
            for note in ["first\n", "second\n"] {
                #expect(
                    try await add(
                        checkpoint(3, note: note),
                        last: events[2].hash,
                        tiles: tiles,
                        to: store
                    )
                )
            }
            let all = try await store.checkpoints(in: partition, after: 0, limit: 9)
            #expect(all.map(\.note) == ["first\n"])
        }
    }

    @Test("of several partitions each is written or not for itself", arguments: StoreUnderTest.all)
    func several(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let events = try await append(1, to: store)
            let account = try Samples.account("vendor")
            let catalog = partitioning.catalogPartition
            let change = try await store.appendCatalog(account: account, expectedVersion: 0) {
                position,
                previous in
                Samples.event(
                    .catalog(account),
                    version: 1,
                    in: catalog,
                    at: position.value,
                    previous: previous
                )
            }
            let appends = [
                CheckpointAppend(
                    checkpoint: checkpoint(1),
                    epoch: 0,
                    last: events[0].hash,
                    tiles: []
                ),
                CheckpointAppend(
                    checkpoint: checkpoint(1, of: Partition(3)),
                    epoch: 0,
                    last: events[0].hash,
                    tiles: []
                ),
                CheckpointAppend(
                    checkpoint: checkpoint(1, of: catalog),
                    epoch: 0,
                    last: change.hash,
                    tiles: []
                ),
            ]
            #expect(try await store.appendCheckpoints(appends) == [partition, catalog])
            #expect(try await store.appendCheckpoints([]).isEmpty)
            let latest = try await store.latestCheckpoints(of: [partition, Partition(3), catalog])
            #expect(Set(latest.keys) == [partition, catalog])
        }
    }

    @Test("hashes come range by range, as far as they are there", arguments: StoreUnderTest.all)
    func hashes(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let events = try await append(7, to: store)
            let tiles = (0..<4).map { number in
                TreeTile(level: 1, number: number, hash: Digest.sha256([UInt8(number)]))
            }
            let higher = TreeTile(level: 2, number: 0, hash: Digest.sha256([9]))
            #expect(
                try await add(
                    checkpoint(7),
                    last: events[6].hash,
                    tiles: [tiles[0], tiles[1], tiles[3], higher],
                    to: store
                )
            )
            let read = try await store.treeHashes(
                in: partition,
                [
                    TreeRange(level: 0, first: 0, count: 3),
                    TreeRange(level: 0, first: 5, count: 9),
                    TreeRange(level: 1, first: 1, count: 3),
                    TreeRange(level: 2, first: 0, count: 1),
                    TreeRange(level: 3, first: 0, count: 1),
                    TreeRange(level: 0, first: 2, count: 0),
                ]
            )
            #expect(
                read == [
                    events[..<3].map(\.hash), events[5...].map(\.hash), [tiles[1].hash],
                    [higher.hash], [], [],
                ]
            )
            #expect(try await store.treeHashes(in: partition, []).isEmpty)
            let other = TreeRange(level: 0, first: 0, count: 3)
            #expect(try await store.treeHashes(in: Partition(3), [other]) == [[]])
        }
    }

    @Test("keys are known once, oldest first, and survive a restart", arguments: StoreUnderTest.all)
    func keys(store: StoreUnderTest) async throws {
        let keys = (1...3).map { number in
            StoredSigningKey(
                key: "log+0000000\(number)+AQ==",
                since: Samples.time(Int64(10 - number)),
                registration: "registered\n\n— log \(number)\n"
            )
        }
        var name = ""
        try await store.withStore { store, _ in
            name = store.logName
            #expect(name.hasPrefix("assay-") && name.utf8.count == 22)
            #expect(try await store.signingKeys().isEmpty)
            for key in keys + keys { try await store.register(key) }
        } reopened: { store, _ in
            #expect(store.logName == name)
            let known = try await store.signingKeys()
            #expect(known == Array(keys.reversed()))
        }
    }

    @Test("a tree's tiles are those that its growth completes")
    func tiles() {
        #expect(TreeTile.completed(from: 0, to: 255).isEmpty)
        #expect(
            TreeTile.completed(from: 255, to: 257) == [TreeRange(level: 1, first: 0, count: 1)]
        )
        #expect(
            TreeTile.completed(from: 65_000, to: 66_000) == [
                TreeRange(level: 1, first: 253, count: 4),
                TreeRange(level: 2, first: 0, count: 1),
            ]
        )
    }
}
