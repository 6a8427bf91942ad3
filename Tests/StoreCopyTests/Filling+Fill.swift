// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain
import Testing

@testable import SQLiteStore

extension Filling {
    /// Catalogs, and in each partition what a served store has in its life.
    static func fill(_ store: SQLiteStore) async throws {
        for name in ["one", "two"] { try await addCatalog(named: name, to: store) }
        for partition in store.partitioning.outcomePartitions {
            try await work(in: partition, of: store, from: partition.number * 100)
        }
        try await moveClaims(in: store)
        try await addKeys(to: store)
        try await sign(store.partitioning.catalogPartition, in: store)
        try await store.register(
            StoredSigningKey(key: "a key", since: time(1), registration: "registered")
        )
    }

    /// In each partition a key in use, one that was destroyed, and a generation that never had one.
    private static func addKeys(to store: SQLiteStore) async throws {
        for partition in store.partitioning.outcomePartitions {
            let names = try ["acme", "gone", "never"].map { try keyName($0, in: partition) }
            let keys = names.prefix(2).map { name in
                SealingKeyRecord(
                    name: name,
                    id: Array(Digest.sha256(Array(name.customer.utf8)).bytes.prefix(16)),
                    secret: Digest.sha256([UInt8(partition.number)]).bytes
                )
            }
            _ = try await store.admitKeys(keys)
            for name in names.dropFirst() { try await store.destroyKeys(through: name) }
        }
    }

    static func keyName(_ customer: Text, in partition: Partition) throws -> SealingKeyName {
        SealingKeyName(
            partition: partition,
            account: try account("one"),
            customer: customer,
            generation: 0
        )
    }

    private static func addCatalog(named name: String, to store: SQLiteStore) async throws {
        let account = try account(name)
        let partition = store.partitioning.catalogPartition
        _ = try await store.appendCatalog(account: account, expectedVersion: 0) { position, last in
            let header = Array("{\"account\":\"\(name)\"}".utf8)
            return StoredEvent(
                partition: partition,
                position: position,
                stream: .catalog(account),
                version: 1,
                eventID: nil,
                header: header,
                body: [1],
                metadata: .empty,
                envelope: [2],
                previous: last,
                hash: StoredEvent.hash(
                    previous: last,
                    header: header,
                    body: [1],
                    metadata: .empty,
                    envelope: [2]
                )
            )
        }
    }

    /// Five records are accepted, of a live account and a sandbox; two of them are processed: five
    /// streams with two facts each, and a timer for three of them.
    static func work(
        in partition: Partition,
        of store: SQLiteStore,
        from first: Int
    ) async throws {
        var drafts = try (first..<(first + 4)).map { try draft($0, in: partition) }
        let sandbox = try sandbox(in: partition, of: store)
        drafts.append(
            IngestDraft(
                account: sandbox,
                partition: partition,
                eventID: eventID(first + 4, in: partition),
                clock: .sandbox(floor: time(1_000 + first)),
                earliestReceipt: nil,
                claim: claim(first + 4, in: partition),
                catalogVersion: 2,
                payload: Array("sandbox".utf8),
                trace: nil,
                origin: IngestOrigin(node: "two", acceptedAt: time(first), request: nil)
            )
        )
        _ = try await store.append(drafts)
        let state = try #require(try await store.state(of: [partition])[partition])
        let streams = try (first..<(first + 3)).map(stream)
        let clocks: [TimerClock] = [.live, .sandbox(sandbox), .live]
        try await store.append([
            PartitionAppend(
                partition: partition,
                expected: state,
                events: try events(from: first, count: 5, in: partition, after: state.head),
                timers: zip(streams, clocks).map { stream, clock in
                    TimerChange(stream: stream, clock: clock, from: nil, to: time(5_000))
                },
                cursor: IngestPosition(state.cursor.value + 2),
                drained: IngestPosition(state.drained.value + 1)
            )
        ])
        try await sign(partition, in: store)
    }

    /// A checkpoint of all events of a partition, with these tiles.
    static func sign(
        _ partition: Partition,
        in store: SQLiteStore,
        tiles: [TreeTile] = []
    ) async throws {
        let head = try #require(try await store.state(of: [partition])[partition]).head
        let place = PartitionPlace(partition: partition, position: head)
        let hash = try #require(try await store.hashes(at: [place]).first ?? nil)
        let checkpoint = StoredCheckpoint(
            partition: partition,
            size: head.value,
            root: Digest.sha256(hash.bytes),
            time: time(6_000),
            note: "checkpoint of \(head)\n"
        )
        _ = try await store.appendCheckpoints([
            CheckpointAppend(checkpoint: checkpoint, epoch: 0, last: hash, tiles: tiles)
        ])
    }

    /// What a served store does next: a timer is gone, another set, a further record is processed.
    static func workOn(_ store: SQLiteStore) async throws {
        for partition in store.partitioning.outcomePartitions {
            let first = partition.number * 100
            try await work(in: partition, of: store, from: first + 50)
            let state = try #require(try await store.state(of: [partition])[partition])
            try await store.append([
                PartitionAppend(
                    partition: partition,
                    expected: state,
                    events: [],
                    timers: [
                        TimerChange(
                            stream: try stream(first),
                            clock: .live,
                            from: time(5_000),
                            to: nil
                        )
                    ],
                    cursor: IngestPosition(state.cursor.value + 1),
                    drained: state.cursor
                )
            ])
        }
    }

    /// An account whose sandbox lies in a partition.
    static func sandbox(in partition: Partition, of store: SQLiteStore) throws -> AccountID {
        for number in 0..<1_000 {
            let account = try account("sandbox\(number)")
            if store.partitioning.partition(sandbox: account) == partition { return account }
        }
        Issue.record("no account lies in \(partition)")
        return try account()
    }

    /// Claims that are only in the table, and one that is there and not yet gone from where it was.
    private static func moveClaims(in store: SQLiteStore) async throws {
        let first = Partition(0)
        let still = store.writer.claims.held(in: first, after: nil, limit: 1)
        let moved = store.partitioning.outcomePartitions.flatMap { partition in
            (900..<905).map { number in
                RecentClaims.Held(
                    scope: ClaimMark(claim(number, in: partition).scope),
                    holder: RecentClaims.Holder(
                        eventID: eventID(number, in: partition),
                        position: IngestPosition(1),
                        receivedAt: time(90),
                        body: claim(number, in: partition).body.mark
                    )
                )
            }
        }
        try await store.writer.write { try ClaimStatements.move(still + moved, $0) }
    }
}
