// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("What is accepted was made by the newest catalog", .enabled(if: TestServer.isThere))
struct CatalogVersionTests {
    private func change(_ account: AccountID, to version: Int, in store: PostgresStore) async throws
    {
        let partition = store.partitioning.catalogPartition
        _ = try await store.appendCatalog(account: account, expectedVersion: version - 1) {
            position,
            previous in
            StoredEvent(
                partition: partition,
                position: position,
                stream: .catalog(account),
                version: version,
                eventID: nil,
                header: [1],
                body: [2],
                metadata: .empty,
                envelope: [3],
                previous: previous,
                hash: .zero
            )
        }
    }

    @Test("a draft made by an older catalog is not written, moves nothing and holds no claim")
    func outdated() async throws {
        let settings = try TestServer.settings()
        let nodes = [
            try await PostgresStore.open(settings, partitions: 4),
            try await PostgresStore.open(settings, partitions: 4),
        ]
        let one = try #require(AccountID("acct_one"))
        let two = try #require(AccountID("acct_two"))
        try await change(one, to: 1, in: nodes[0])
        let before = try await nodes[1].append([Drafts.draft(claim: "before")])
        try await change(one, to: 2, in: nodes[0])
        try await change(two, to: 1, in: nodes[0])
        let results = try await nodes[1].append([
            Drafts.draft(now: 900, claim: "new"),
            Drafts.draft(account: two),
            Drafts.draft(now: 900, claim: "new"),
            Drafts.draft(claim: "before"),
            Drafts.draft(claim: "new", catalogVersion: 2),
        ])
        #expect(results[0] == .outdated(catalogVersion: 2))
        #expect(results[2] == .outdated(catalogVersion: 2))
        guard case .accepted(let first)? = before.first,
            case .accepted(let other) = results[1],
            case .accepted(let renewed) = results[4]
        else {
            Issue.record("\(before) \(results)")
            return
        }
        #expect(first.position.value == 1)
        #expect(other.position.value == 2)
        #expect(renewed.position.value == 3)
        // The draft at 900 has not moved the clock.
        #expect(renewed.receivedAt == Timestamp.earliest.adding(seconds: 100))
        #expect(results[3] == .duplicate(first, bodyConflict: false))
        for node in nodes { await node.close() }
    }

    @Test("what was answered after a change carries its version, whichever node it was sent to")
    func racing() async throws {
        let settings = try TestServer.settings()
        let nodes = [
            try await PostgresStore.open(settings, partitions: 4),
            try await PostgresStore.open(settings, partitions: 4),
        ]
        let account = try #require(AccountID("acct_one"))
        for version in 1...20 {
            try await change(account, to: version, in: nodes[version % 2])
            let old = try await nodes[(version + 1) % 2].append([
                Drafts.draft(in: Partition(version % 4), catalogVersion: version - 1),
                Drafts.draft(in: Partition((version + 1) % 4), catalogVersion: version),
            ])
            #expect(old[0] == .outdated(catalogVersion: version))
            guard case .accepted = old[1] else {
                Issue.record("\(old[1])")
                continue
            }
        }
        for node in nodes { await node.close() }
    }

    @Test("a repeat is answered by what was done, though the catalog has moved on since")
    func repeated() async throws {
        let settings = try TestServer.settings()
        let store = try await PostgresStore.open(settings, partitions: 4)
        let account = try #require(AccountID("acct_one"))
        try await change(account, to: 1, in: store)
        let connection = try TestServer.connection(settings)
        let drafts = try [Drafts.draft(), Drafts.draft(claim: "a")]
        func run(_ number: Int64) throws -> [IngestResult] {
            try IntakeStatement.run(
                drafts,
                in: Drafts.partition,
                catalogPartition: store.partitioning.catalogPartition,
                attempt: IntakeAttempt(instance: 1, number: number, isRepeat: number > 1),
                connection
            ).map(\.result)
        }
        let first = try run(1)
        try await change(account, to: 2, in: store)
        #expect(try run(2) == first)
        #expect(try connection.integers("SELECT count(*) FROM ingest") == [2])
        // The one that was voided does nothing, by the fast way neither.
        #expect(throws: PostgresFailure.self) { try run(1) }
        await store.close()
    }
}
