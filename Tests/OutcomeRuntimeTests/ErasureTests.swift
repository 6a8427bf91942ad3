// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import Foundation
import MetadataSealing
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import Synchronization
import Testing

@testable import OutcomeRuntime

@Suite("Erasures")
struct ErasureTests {
    private static let secret = "someone-secret@example.org"
    private static let metadata = Array(#"{"email":"\#(secret)"}"#.utf8)

    private func withLane(
        of world: World,
        eventLog: (any EventLog)? = nil,
        _ body: (Lane) async throws -> Void
    ) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = try #require(world.lanes(1, eventLog: eventLog, on: loops).first)
        try await lane.reload()
        try await body(lane)
        try await loops.shutdownGracefully()
    }

    private func history(
        _ world: World,
        _ key: String,
        _ principal: Principal
    ) async throws -> [RecordedFact] {
        try await reader(world).history(
            of: #require(OutcomeKey(Text(key))),
            account: principal.account,
            isSandbox: false,
            limit: 100
        )
    }

    private func reader(_ world: World) -> OutcomeReader {
        OutcomeReader(
            eventLog: world.store,
            ingestLog: world.store,
            partitioning: world.store.partitioning,
            keys: world.store
        )
    }

    private func statuses(
        _ world: World,
        _ key: String,
        _ principal: Principal
    ) async throws -> [ReadableMetadata] {
        let facts = try await history(world, key, principal)
        let catalog = try await world.principal(principal.account).catalog
        return try await reader(world).metadata(of: facts, by: catalog)
    }

    /// Every byte of the store's files, beside each other.
    private func files(of world: World) throws -> Data {
        let directory = URL(fileURLWithPath: world.path).deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(
            at: directory,
            includingPropertiesForKeys: nil
        )
        return try files.reduce(into: Data()) { $0 += try Data(contentsOf: $1) }
    }

    @Test("no file of the store ever holds the metadata, and after an erasure none holds the key")
    func files() async throws {
        let world = try World()
        let principal = try await world.account("live", isSandbox: false)
        let acme = try #require(CustomerKey("acme"))
        try await world.post("ticket-1001", as: principal, metadata: Self.metadata)
        #expect(try files(of: world).range(of: Data(Self.secret.utf8)) == nil)
        try await withLane(of: world) { while try await $0.turn() != .nothing {} }
        #expect(
            try await statuses(world, "ticket-1001", principal).last == .readable(Self.metadata)
        )
        let name = SealingKeyName(
            partition: world.intake.place(of: "acme", principal).partition,
            account: principal.account,
            customer: "acme",
            generation: 0
        )
        let key = try #require(try await world.store.keys(named: [name])[name]?.secret)
        #expect(try files(of: world).range(of: Data(key)) != nil, "else nothing is tested below")

        let before = try await history(world, "ticket-1001", principal)
        _ = try await world.intake.erase(acme, reason: nil, as: principal)
        try await withLane(of: world) { while try await $0.turn() != .nothing {} }
        #expect(try await statuses(world, "ticket-1001", principal).last == .erased)
        #expect(try await history(world, "ticket-1001", principal) == before)
        await world.store.close()
        let bytes = try files(of: world)
        #expect(bytes.range(of: Data(key)) == nil)
        #expect(bytes.range(of: Data(Self.secret.utf8)) == nil)
    }

    @Test("a record that is processed twice, as after a crash, is one erasure")
    func twice() async throws {
        let world = try World()
        let principal = try await world.account("live", isSandbox: false)
        let acme = try #require(CustomerKey("acme"))
        try await world.post("ticket-1001", as: principal, metadata: Self.metadata)
        let receipt = try await world.intake.erase(acme, reason: "asked", as: principal)
        let faulty = FaultyEventLog(world.store, everyAppends: 1)
        try await withLane(of: world, eventLog: faulty) { lane in
            await #expect(throws: StoreError.self) { while try await lane.turn() != .nothing {} }
        }
        try await withLane(of: world) { while try await $0.turn() != .nothing {} }
        let catalog = try await world.principal(principal.account).catalog
        let erasures = catalog.erasures(of: acme)
        #expect(erasures.map(\.request.eventID) == [receipt.eventID])
        #expect(erasures.first?.request.position == receipt.position)
        #expect(erasures.first?.request.reason == "asked")
        #expect(erasures.first?.stamp.author == principal.author)
        #expect(try await statuses(world, "ticket-1001", principal).last == .erased)
        await world.store.close()
    }

    @Test("who still has an older catalog is told of the erasure, and seals with the next key")
    func olderCatalog() async throws {
        let world = try World()
        let account = try await world.account("live", isSandbox: false).account
        // It is that of a request which began before the erasure.
        let principal = try await world.authenticated(account)
        let acme = try #require(CustomerKey("acme"))
        try await world.post("ticket-1001", as: principal, metadata: Self.metadata)
        _ = try await world.intake.erase(acme, reason: nil, as: principal)
        try await withLane(of: world) { while try await $0.turn() != .nothing {} }
        try await world.post("ticket-1001", as: principal, metadata: Self.metadata)
        try await withLane(of: world) { while try await $0.turn() != .nothing {} }
        #expect(
            try await statuses(world, "ticket-1001", principal)
                == [.none, .erased, .readable(Self.metadata)]
        )
        await world.store.close()
    }

    @Test("many erasures do not keep a turn: it ends after a few and is full")
    func manyAtOnce() async throws {
        let world = try World()
        let principal = try await world.account("live", isSandbox: false)
        let acme = try #require(CustomerKey("acme"))
        let count = Lane.turnLimitErasures + 3
        for _ in 0..<count {
            _ = try await world.intake.erase(acme, reason: nil, as: principal)
        }
        func erased() async throws -> Int {
            try await world.principal(principal.account).catalog.erasures(of: acme).count
        }
        try await withLane(of: world) { lane in
            #expect(try await lane.turn() == .full)
            #expect(try await erased() == Lane.turnLimitErasures)
            while try await lane.turn() != .nothing {}
            #expect(try await erased() == count)
        }
        await world.store.close()
    }

    @Test("a key that is forgotten while the store is asked for it is not put back")
    func forgottenMeanwhile() async throws {
        let world = try World()
        let store = CountedKeys(keys: world.store)
        let ring = KeyRing(store: store)
        let name = SealingKeyName(
            partition: Partition(1),
            account: try #require(AccountID("acct_live")),
            customer: "acme",
            generation: 0
        )
        store.onAnswer { ring.forget(through: name) }
        #expect(try await ring.keys(named: [name]).count == 1)
        store.onAnswer {}
        #expect(try await ring.keys(named: [name]).count == 1)
        #expect(store.questions == 2)
        _ = try await ring.keys(named: [name])
        #expect(store.questions == 2)
        await world.store.close()
    }

    @Test("many new customers at once cost few questions to the store")
    func batching() async throws {
        let world = try World()
        let account = try #require(AccountID("acct_live"))
        let store = CountedKeys(keys: world.store)
        let ring = KeyRing(store: store)
        let names = (0..<200).map { number in
            SealingKeyName(
                partition: Partition(1),
                account: account,
                customer: Text("customer \(number)"),
                generation: 0
            )
        }
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for name in names {
                group.addTask { try await ring.keys(named: [name]).count }
            }
            return try await group.reduce(0, +)
        }
        #expect(found == 200)
        #expect(store.questions < 100)
        let before = store.questions
        #expect(try await ring.keys(named: Set(names)).count == 200)
        #expect(store.questions == before, "they are known by now")
        ring.forget(through: names[0])
        _ = try await ring.keys(named: Set(names))
        #expect(store.questions == before + 1)
        await world.store.close()
    }
}

/// Counts how often the store is asked for keys.
private final class CountedKeys: SealingKeys {
    private let keys: any SealingKeys
    private let count = Mutex(0)
    private let answered = Mutex<@Sendable () -> Void>({})
    var questions: Int { count.withLock { $0 } }

    init(keys: any SealingKeys) { self.keys = keys }

    /// Runs `work` between each answer of the store and the asker.
    func onAnswer(_ work: @escaping @Sendable () -> Void) { answered.withLock { $0 = work } }

    func admitKeys(
        _ candidates: [SealingKeyRecord]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        count.withLock { $0 += 1 }
        let admitted = try await keys.admitKeys(candidates)
        answered.withLock { $0 }()
        return admitted
    }

    func keys(
        named names: [SealingKeyName]
    ) async throws(StoreError) -> [SealingKeyName: SealingKeyRecord] {
        try await keys.keys(named: names)
    }

    func destroyKeys(through name: SealingKeyName) async throws(StoreError) {
        try await keys.destroyKeys(through: name)
    }
}
