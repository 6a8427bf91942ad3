// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import Foundation
import GRDB
import Logging
import SQLiteStore
import Synchronization
import Testing
import TransparencyLog

/// A store on disk, and what a keeper needs to know of the node around it.
final class KeeperFixture: Sendable {
    static let partitions = 2
    let directory: URL
    let store: SQLiteStore
    let feed = HashFeed()
    let keys: FixedKey
    private let heads = Mutex<[Partition: LogPosition]>([:])
    let owned = Mutex<Set<Partition>>([Partition(0), Partition(1), Partition(2)])

    /// The key of a test, which may be exchanged.
    final class FixedKey: SigningKeySource {
        private let identity: Mutex<SigningIdentity?>

        init(_ identity: SigningIdentity?) { self.identity = Mutex(identity) }

        func current() async throws -> SigningIdentity {
            guard let identity = identity.withLock({ $0 }) else { throw CancellationError() }
            return identity
        }

        func set(_ new: SigningIdentity?) { identity.withLock { $0 = new } }
    }

    init(
        directory: URL = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-keeper-\(UUID().uuidString)"),
        identity: SigningIdentity? = nil
    ) throws {
        self.directory = directory
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.appendingPathComponent("store.db").path
        store = try SQLiteStore.open(path: path, partitions: Self.partitions)
        keys = FixedKey(try identity ?? Self.identity(of: store.logName))
    }

    static func identity(
        of log: String,
        after previous: SigningIdentity? = nil
    ) throws -> SigningIdentity {
        let signer = try #require(NoteSigner.generate(name: log))
        let note = try KeyRegistration.sign(
            log: log,
            signer,
            after: previous?.signer,
            since: Timestamp.earliest.adding(seconds: 7)
        )
        return SigningIdentity(
            signer: signer,
            registrations: (previous?.registrations ?? []) + [note]
        )
    }

    func keeper(events: Int = 1_000_000, seconds: Int = 3_600) -> CheckpointKeeper {
        var settings = CheckpointSettings()
        settings.intervalEvents = events
        settings.intervalSeconds = seconds
        return CheckpointKeeper(
            log: store,
            partitioning: store.partitioning,
            feed: feed,
            keys: keys,
            surroundings: CheckpointKeeper.Surroundings(
                owned: { self.owned.withLock { $0 } },
                heads: { self.heads.withLock { $0 } },
                now: { Timestamp.earliest.adding(seconds: 1_000) }
            ),
            settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Appends events as a lane would, each on a stream of its own.
    ///
    /// `isFed`: Whether their hashes are handed on in memory, or only the head.
    func append(_ count: Int, to partition: Partition, isFed: Bool = true) async throws {
        let state = try #require(try await store.state(of: [partition])[partition])
        let account = try #require(AccountID("acct_one"))
        let events = (1...count).map { index -> StoredEvent in
            let position = state.head.value + Int64(index)
            let body = Array("\(partition) \(position)".utf8)
            return StoredEvent(
                partition: partition,
                position: LogPosition(position),
                stream: .outcome(account, Text("key \(partition) \(position)")),
                version: 1,
                eventID: nil,
                header: [1],
                body: body,
                metadata: .empty,
                envelope: [3],
                previous: .zero,
                hash: Digest.sha256(body)
            )
        }
        let append = PartitionAppend(
            partition: partition,
            expected: state,
            events: events,
            timers: [],
            cursor: state.cursor,
            drained: state.drained
        )
        try await store.append([append])
        feed.publish(isFed ? events.map(\.hash) : [], in: partition, through: append.result.head)
        heads.withLock { $0[partition] = append.result.head }
    }

    /// The root over all events of a partition, read back one by one.
    func root(of partition: Partition, size: Int64) async throws -> Digest {
        let events = try await store.events(in: partition, after: .start, limit: Int(size))
        var frontier = MerkleFrontier()
        for event in events { frontier.append(event.hash) }
        return frontier.root
    }

    /// The sizes of a partition's checkpoints, each verified from the note to the events.
    func verifiedSizes(_ partition: Partition) async throws -> [Int64] {
        let verifier = try await TreeReader(store).verifier()
        var sizes: [Int64] = []
        for checkpoint in try await store.checkpoints(in: partition, after: 0, limit: 1_000) {
            let note = try SignedNote(checkpoint.note)
            try verifier.verify(note)
            let signed = try Checkpoint(note.text)
            #expect(signed.size == checkpoint.size)
            let root = try await root(of: partition, size: checkpoint.size)
            #expect(signed.root == root)
            #expect(signed.origin == TreeReader(store).origin(of: partition))
            sizes.append(checkpoint.size)
        }
        return sizes
    }

    /// Closes the store, lets somebody at its file, and opens it again.
    func reopened(after statements: String...) async throws -> KeeperFixture {
        await store.close()
        let path = directory.appendingPathComponent("store.db").path
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
        return try KeeperFixture(directory: directory, identity: try await keys.current())
    }

    func end() async {
        await store.close()
        try? FileManager.default.removeItem(at: directory)
    }
}
