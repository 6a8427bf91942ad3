// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import PostgresStore

@Suite("Several nodes on one PostgreSQL", .enabled(if: TestServer.isThere))
struct SeveralNodesTests {
    @Test("nodes that start at once make one store")
    func openings() async throws {
        let settings = try TestServer.settings()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let store = try await PostgresStore.open(settings, partitions: 8)
                    await store.close()
                    return store.partitioning.count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 8, count: 6))
        let connection = try TestServer.connection(settings)
        #expect(try connection.integers("SELECT count(*) FROM store") == [1])
        #expect(try connection.integers("SELECT count(*) FROM ingest_heads") == [8])
        #expect(try connection.integers("SELECT count(*) FROM event_heads") == [9])
    }

    @Test("racing nodes take places without gaps, and time never goes back, whatever their clocks")
    func racing() async throws {
        let settings = try TestServer.settings()
        let nodes = [
            try await PostgresStore.open(settings, partitions: 4),
            try await PostgresStore.open(settings, partitions: 4),
        ]
        let perTask = 40
        let receipts = try await withThrowingTaskGroup(of: [IngestReceipt].self) { group in
            for (number, node) in nodes.enumerated() {
                for task in 0..<6 {
                    group.addTask {
                        var receipts: [IngestReceipt] = []
                        for step in 0..<perTask {
                            // The second node's clock is five minutes behind.
                            let now = Int64(1_000 + step - number * 300)
                            let draft = try Drafts.draft(now: now, claim: "\(task)/\(step)")
                            let results = try await node.append([draft])
                            if case .accepted(let receipt)? = results.first {
                                receipts.append(receipt)
                            }
                        }
                        return receipts
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        // Both nodes send every claim: one of them gets it.
        let sorted = receipts.sorted { $0.position < $1.position }
        #expect(sorted.map(\.position.value) == Array(1...Int64(6 * perTask)))
        for (earlier, later) in zip(sorted, sorted.dropFirst()) {
            #expect(earlier.receivedAt <= later.receivedAt)
        }
        for node in nodes { await node.close() }
    }

    @Test("each node reads the same, though it has a part of it in memory and another has not")
    func tails() async throws {
        let settings = try TestServer.settings()
        let nodes = [
            try await PostgresStore.open(settings, partitions: 4),
            try await PostgresStore.open(settings, partitions: 4),
        ]
        var accepted: [IngestReceipt] = []
        for (number, count) in [(0, 3), (1, 2), (0, 4), (0, 2), (1, 1)] {
            let drafts = try (0..<count).map { try Drafts.draft(claim: $0 == 1 ? "held" : nil) }
            for case .accepted(let receipt) in try await nodes[number].append(drafts) {
                accepted.append(receipt)
            }
        }
        #expect(accepted.map(\.position.value) == Array(1...Int64(accepted.count)))
        for node in nodes {
            for cursor in 0..<accepted.count {
                let records = try await node.records(
                    after: [Drafts.partition: IngestPosition(Int64(cursor))],
                    limit: 100,
                    limitBytes: .max
                )
                let read = records[Drafts.partition]?.map(\.receipt) ?? []
                #expect(read == Array(accepted[cursor..<(cursor + read.count)]))
                #expect(!read.isEmpty)
            }
        }
        let last = try await nodes[0].records(
            after: [Drafts.partition: IngestPosition(Int64(accepted.count))],
            limit: 100,
            limitBytes: .max
        )
        #expect(last.isEmpty)
        for node in nodes { await node.close() }
    }

    @Test("what one node accepts another reads, in the same order")
    func reading() async throws {
        let settings = try TestServer.settings()
        let writer = try await PostgresStore.open(settings, partitions: 4)
        let reader = try await PostgresStore.open(settings)
        let accepted = try await writer.append(try (0..<50).map { _ in try Drafts.draft() })
        let records = try await reader.records(
            after: [Drafts.partition: .start],
            limit: 100,
            limitBytes: .max
        )
        let read = records[Drafts.partition] ?? []
        #expect(read.map { .accepted($0.receipt) } == accepted)
        await writer.close()
        await reader.close()
    }
}
