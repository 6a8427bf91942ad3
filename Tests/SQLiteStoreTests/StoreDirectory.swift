// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import Testing

@testable import SQLiteStore

/// A directory for one test's store.
final class StoreDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The store's file.
    var path: String { path("store.db") }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// The permission bits of a file.
    func mode(of name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return attributes[.posixPermissions] as? Int
    }

    func open(partitions: Int? = 4) throws(StoreOpenError) -> SQLiteStore {
        try SQLiteStore.open(path: path, partitions: partitions)
    }

    /// Copies the store's files as they are, as if the process had been killed now.
    func copy(to other: StoreDirectory, suffixes: [String]) throws {
        for suffix in suffixes {
            try FileManager.default.copyItem(
                atPath: path + suffix,
                toPath: other.path + suffix
            )
        }
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }
}

extension SQLiteStore {
    /// Records after a place of each partition, however large.
    func records(
        after cursors: [Partition: IngestPosition],
        limit: Int
    ) async throws(StoreError) -> [Partition: [IngestRecord]] {
        try await records(after: cursors, limit: limit, limitBytes: .max)
    }
}

/// Drafts and events for tests of the adapter.
enum Sample {
    static func account() throws -> AccountID { try #require(AccountID("acct_one")) }

    static func draft(
        _ number: Int = 0,
        in partition: Partition = Partition(1),
        claim: String? = nil,
        payloadBytes: Int = 32
    ) throws -> IngestDraft {
        IngestDraft(
            account: try account(),
            partition: partition,
            eventID: EventID(
                partition: UInt16(partition.number),
                fingerprint: 1,
                unique: UInt64(number),
                salt: 0
            ),
            clock: .live(now: Timestamp.earliest.adding(seconds: 100)),
            earliestReceipt: nil,
            claim: claim.map {
                IdempotencyClaim(scope: Digest.sha256(Array($0.utf8)), body: .zero)
            },
            catalogVersion: 1,
            payload: [UInt8](repeating: 0x61, count: payloadBytes),
            trace: nil,
            origin: IngestOrigin(node: "one", acceptedAt: .earliest, request: nil)
        )
    }

    /// A claim that is held since a place.
    static func held(
        _ name: String,
        _ position: Int64,
        in partition: Partition = Partition(1)
    ) throws -> RecentClaims.Held {
        RecentClaims.Held(
            scope: ClaimMark(Digest.sha256(Array(name.utf8))),
            holder: RecentClaims.Holder(
                eventID: try draft(Int(position), in: partition).eventID,
                position: IngestPosition(position),
                receivedAt: Timestamp.earliest.adding(seconds: position),
                body: ClaimMark(Digest.sha256([UInt8(truncatingIfNeeded: position)]))
            )
        )
    }

    static func event(
        _ key: Text,
        version: Int,
        in partition: Partition,
        at position: Int64
    ) throws -> StoredEvent {
        StoredEvent(
            partition: partition,
            position: LogPosition(position),
            stream: .outcome(try account(), key),
            version: version,
            eventID: nil,
            header: [1],
            body: [2],
            metadata: .empty,
            envelope: [3],
            previous: .zero,
            hash: .zero
        )
    }

    /// One turn that opens a stream with an armed timer.
    static func open(_ key: Text, in store: SQLiteStore) async throws {
        let partition = Partition(1)
        let state = try #require(try await store.state(of: [partition])[partition])
        let event = try event(
            key,
            version: 1,
            in: partition,
            at: state.head.value + 1
        )
        let timer = TimerChange(
            stream: event.stream,
            clock: .live,
            from: nil,
            to: Timestamp.earliest.adding(seconds: 900)
        )
        try await store.append([
            PartitionAppend(
                partition: partition,
                expected: state,
                events: [event],
                timers: [timer],
                cursor: state.cursor,
                drained: state.drained
            )
        ])
    }

    /// A checkpoint with a tile, over the one event that `open` has made, and a key.
    static func sign(in store: SQLiteStore) async throws {
        let checkpoint = StoredCheckpoint(
            partition: Partition(1),
            size: 1,
            root: .zero,
            time: .earliest,
            note: "signed"
        )
        let tile = TreeTile(level: 1, number: 0, hash: .zero)
        let append = CheckpointAppend(
            checkpoint: checkpoint,
            epoch: 0,
            last: .zero,
            tiles: [tile]
        )
        _ = try await store.appendCheckpoints([append])
        try await store.register(
            StoredSigningKey(key: "key", since: .earliest, registration: "registered")
        )
    }
}
