// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("Leases on PostgreSQL", .enabled(if: TestServer.isThere))
struct LeaseTests {
    private static let lease = NodeLease(name: "node", seconds: 60, isLeaving: false)
    private let settings: PostgresStore.Settings

    init() throws { settings = try TestServer.settings() }

    private func node() async throws -> PostgresStore {
        var settings = settings
        settings.instance = .random()
        return try await PostgresStore.open(settings, partitions: 4)
    }

    private func epochs(_ store: PostgresStore) async throws -> [Partition: Int] {
        try await store.standings().filter { $0.key.number < 4 }.mapValues(\.state.epoch)
    }

    @Test("nodes see each other, and who has stopped renewing is dead by the server's clock")
    func liveness() async throws {
        let (first, second) = (try await node(), try await node())
        _ = try await first.renewLease(Self.lease)
        let both = try await second.renewLease(Self.lease)
        #expect(Set(both.nodes.map(\.instance)) == [first.instance, second.instance])
        #expect(both.nodes.allSatisfy { $0.isAlive && $0.name == "node" })
        #expect(both.partitions.count == 4)
        try expire(first.instance)
        let later = try await second.renewLease(Self.lease)
        #expect(later.nodes.first { $0.instance == first.instance }?.isAlive == false)
        let back = try await first.renewLease(Self.lease)
        #expect(back.nodes.map(\.isAlive) == [true, true])
        await first.close()
        await second.close()
    }

    @Test("a node that has missed renewals and has no session is dead before its lease runs out")
    func killed() async throws {
        let (killed, other) = (try await node(), try await node())
        _ = try await killed.renewLease(Self.lease)
        try expire(killed.instance, seconds: 25)
        func isAlive() async throws -> Bool? {
            try await other.renewLease(Self.lease).nodes
                .first { $0.instance == killed.instance }?.isAlive
        }
        #expect(try await isAlive() == true, "it has sessions")
        await killed.close()
        try await waitUntil { try await isAlive() == false }
        await other.close()
    }

    /// The server notices after a moment that a session has ended.
    private func waitUntil(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<100_000 where try await condition() { return }
        Issue.record("it does not come about")
    }

    /// As if a node had been silent for so long.
    private func expire(_ instance: NodeInstance, seconds: Int = 3_600) throws {
        let connection = try TestServer.connection(settings)
        try connection.run(
            """
            UPDATE nodes SET renewed_at = renewed_at - \(seconds) * 1000000::bigint
            WHERE instance = \(instance.value)
            """
        )
    }

    @Test("of two that claim a partition under one epoch, one gets it")
    func claims() async throws {
        let nodes = [try await node(), try await node()]
        let seen = try await epochs(nodes[0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes {
                group.addTask { try await node.claim(seen) }
            }
            try await group.waitForAll()
        }
        let standings = try await nodes[0].standings().filter { $0.key.number < 4 }
        #expect(standings.values.allSatisfy { $0.state.epoch == 1 })
        let owners = standings.values.compactMap(\.owner)
        #expect(owners.count == 4)
        #expect(Set(owners).isSubset(of: nodes.map(\.instance)))
        for node in nodes { await node.close() }
    }

    @Test("two that are both convinced to own a partition: only the one with the epoch writes")
    func fenced() async throws {
        let (old, new) = (try await node(), try await node())
        try await old.claim([Drafts.partition: 0])
        let before = try #require(try await old.state(of: [Drafts.partition])[Drafts.partition])
        _ = try await old.append([try Drafts.draft(), try Drafts.draft()])
        try await new.claim([Drafts.partition: 1])
        let after = try #require(try await new.state(of: [Drafts.partition])[Drafts.partition])
        let stream = StreamID.outcome(try #require(AccountID("acct_one")), "key-of-both")
        // Everything but the epoch is as the old owner believes.
        await #expect(throws: StoreError(.conflict, detail: "1: not at \(before)")) {
            try await old.append([Drafts.turn(before, [Drafts.event(stream)], cursor: 1)])
        }
        try await new.append([Drafts.turn(after, [Drafts.event(stream)], cursor: 1)])
        let head = try await old.standings()[Drafts.partition]?.state.head
        #expect(head == LogPosition(1))
        await old.close()
        await new.close()
    }

    @Test("an epoch alone is not enough: only the owner writes")
    func owned() async throws {
        let (owner, other) = (try await node(), try await node())
        try await owner.claim([Drafts.partition: 0])
        _ = try await owner.append([try Drafts.draft()])
        let state = try #require(try await other.state(of: [Drafts.partition])[Drafts.partition])
        let stream = StreamID.outcome(try #require(AccountID("acct_one")), "key-of-both")
        let turn = Drafts.turn(state, [Drafts.event(stream)], cursor: 1)
        await #expect(throws: StoreError(.conflict, detail: "1: not at \(state)")) {
            try await other.append([turn])
        }
        try await owner.append([turn])
        await owner.close()
        await other.close()
    }

    @Test("a partition whose head is locked is left out, and the others are claimed at once")
    func lockedHead() async throws {
        let store = try await node()
        let holder = try TestServer.connection(settings)
        try holder.run("BEGIN; SELECT * FROM event_heads WHERE partition = 1 FOR UPDATE")
        try await store.claim(try await epochs(store))
        #expect(try await ownedCount(by: store) == 3)
        try holder.run("COMMIT")
        try await store.claim([Partition(1): 0])
        #expect(try await ownedCount(by: store) == 4)
        await store.close()
    }

    @Test("what is released is nobody's, and only its owner releases it")
    func releases() async throws {
        let (owner, other) = (try await node(), try await node())
        try await owner.claim(try await epochs(owner))
        try await other.release(try await epochs(owner))
        #expect(try await ownedCount(by: owner) == 4)
        try await owner.release([Drafts.partition: 0])
        #expect(try await ownedCount(by: owner) == 4, "an old epoch releases nothing")
        try await owner.release(try await epochs(owner))
        #expect(try await ownedCount(by: owner) == 0)
        await owner.close()
        await other.close()
    }

    private func ownedCount(by store: PostgresStore) async throws -> Int {
        try await store.standings().values.count { $0.owner == store.instance }
    }

    @Test("who takes over ends the dead node's sessions: a lock they hold is free at once")
    func burial() async throws {
        let (dead, other) = (try await node(), try await node())
        _ = try await dead.renewLease(Self.lease)
        // A session of the dead node that stopped in the middle of an intake.
        let stuck = try TestServer.connection(settings)
        try stuck.run(
            "SELECT set_config('application_name', 'assay \(dead.instance)', false)"
        )
        try stuck.run("BEGIN; SELECT * FROM ingest_heads WHERE partition = 1 FOR UPDATE")
        // While it lives nobody ends anything.
        try await other.bury([dead.instance])
        #expect(try stuck.integers("SELECT 1") == [1])
        try expire(dead.instance)
        let posted = try await withThrowingTaskGroup(of: [IngestResult].self) { group in
            group.addTask { try await other.append([try Drafts.draft()]) }
            try await other.bury([dead.instance])
            return try await group.next() ?? []
        }
        #expect(posted.count == 1)
        #expect(throws: PostgresFailure.self) { try stuck.run("COMMIT") }
        let nodes = try await other.renewLease(Self.lease).nodes.map(\.instance)
        #expect(nodes == [other.instance])
        await dead.close()
        await other.close()
    }

    @Test("a node's sessions bear its instance, whatever name the operator gave them")
    func sessionNames() async throws {
        let store = try await node()
        _ = try await store.standings()
        let connection = try TestServer.connection(settings)
        let count = try connection.integers(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE application_name = '\(settings.schema.prefix(46)) \(store.instance)'
            """
        )
        #expect(count.first ?? 0 >= 2)
        await store.close()
    }

    @Test("a lease that was ended is forgotten")
    func ended() async throws {
        let store = try await node()
        _ = try await store.renewLease(Self.lease)
        try await store.endLease()
        let connection = try TestServer.connection(settings)
        #expect(try connection.integers("SELECT count(*) FROM nodes") == [0])
        await store.close()
    }
}
