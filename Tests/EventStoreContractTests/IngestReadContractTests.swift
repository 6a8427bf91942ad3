// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Reading the ingest log")
struct IngestReadContractTests {
    private let partition = Partition(5)

    @Test("records read the same while open and after a restart", arguments: StoreUnderTest.all)
    func recordsAreKept(store: StoreUnderTest) async throws {
        var written: [IngestRecord] = []
        try await store.withStore { store, partitioning in
            let account = try Samples.account("sandbox")
            let home = partitioning.partition(sandbox: account)
            let drafts = try [
                Samples.draft(
                    in: home,
                    account: account,
                    clock: .sandbox(floor: Samples.time(5)),
                    payload: "é",
                    trace: "00-trace-01",
                    origin: IngestOrigin(
                        node: "nöde",
                        acceptedAt: Samples.time(4),
                        request: "req_1"
                    )
                ),
                Samples.draft(in: home, payload: ""),
                Samples.draft(in: home, payload: String(repeating: "x", count: 100_000)),
            ]
            for draft in drafts {
                let receipt = try #require(try await store.append(one: draft).accepted)
                let read = try #require(try await store.waitingRecord(receipt.eventID))
                // By a clock that the store has of its own.
                #expect(read.writtenAt > Samples.time(1_700_000_000))
                written.append(
                    IngestRecord(
                        receipt: receipt,
                        account: draft.account,
                        catalogVersion: 7,
                        isSandbox: draft.trace != nil,
                        payload: draft.payload,
                        trace: draft.trace,
                        origin: draft.origin,
                        writtenAt: read.writtenAt
                    )
                )
            }
            #expect(try await store.allRecords(in: home) == written)
        } reopened: { store, _ in
            let home = try #require(written.first).receipt.partition
            #expect(try await store.allRecords(in: home) == written)
            let tail = try await store.records(after: [home: IngestPosition(2)], limit: 10)
            #expect(tail == [home: [written[2]]])
        }
    }

    @Test("a page begins after its cursor and ends at its limit", arguments: StoreUnderTest.all)
    func pages(store: StoreUnderTest) async throws {
        try await store.withStore {
            store,
            _ in
            let drafts = try (0..<10).map { _ in try Samples.draft(in: partition) }
            _ = try await store.append(drafts)
            try await expectPages(store)
        } reopened: { store, _ in
            // Now they come from the store's rows, where one row holds all ten.
            try await expectPages(store)
        }
    }

    private func expectPages(_ store: any EventStorePorts) async throws {
        let page = try await store.records(after: [partition: IngestPosition(4)], limit: 3)
        #expect(page[partition]?.map(\.receipt.position.value) == [5, 6, 7])
        let end = try await store.records(after: [partition: IngestPosition(10)], limit: 3)
        #expect(end[partition] == nil)
    }

    @Test(
        "a page is bounded in bytes, and holds a record of each partition whatever its size",
        arguments: StoreUnderTest.all
    )
    func pagesInBytes(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let sizes = [10, 10, 10, 3000, 10]
            for partition in [Partition(1), Partition(2)] {
                for size in sizes {
                    let payload = String(repeating: "x", count: size)
                    _ = try await store.append(
                        one: Samples.draft(in: partition, payload: payload)
                    )
                }
            }
            try await expectPagesInBytes(store)
        } reopened: { store, _ in
            try await expectPagesInBytes(store)
        }
    }

    private func expectPagesInBytes(_ store: any EventStorePorts) async throws {
        let both: [Partition: IngestPosition] = [Partition(1): .start, Partition(2): .start]
        let page = try await store.records(after: both, limit: 100, limitBytes: 50)
        // Two of ten bytes each, and one more where what the other has left is handed on.
        #expect(page.values.map(\.count).allSatisfy { (2...3).contains($0) })
        #expect(page.values.joined().reduce(0) { $0 + $1.payload.count } <= 50)
        let large = both.mapValues { _ in IngestPosition(3) }
        let first = try await store.records(after: large, limit: 100, limitBytes: 50)
        #expect(first.values.map { $0.map(\.payload.count) } == [[3000], [3000]])
    }

    @Test("a long backlog does not starve its neighbours", arguments: StoreUnderTest.all)
    func fairness(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let long = Partition(0)
            let short = Partition(1)
            _ = try await store.append((0..<50).map { _ in try Samples.draft(in: long) })
            _ = try await store.append((0..<3).map { _ in try Samples.draft(in: short) })
            let page = try await store.records(
                after: [long: .start, short: .start, Partition(2): .start],
                limit: 10
            )
            #expect(page[short]?.count == 3)
            #expect(page[long]?.count == 7)
            #expect(page[Partition(2)] == nil)
        }
    }

    @Test("records go once processed, those after the cursor stay", arguments: StoreUnderTest.all)
    func processedRecordsGo(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            for _ in 0..<4 {
                _ = try await store.append(one: Samples.draft(in: partition))
            }
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, cursor: 3, drained: 2)])
        } reopened: { store, _ in
            let state = try await store.state(of: partition)
            #expect(state.cursor == IngestPosition(3))
            #expect(state.drained == IngestPosition(2))
            let waiting = try await store.allRecords(in: partition)
            #expect(waiting.map(\.receipt.position.value).contains(4))
            let next = try await store.records(after: [partition: state.cursor], limit: 10)
            #expect(next[partition]?.map(\.receipt.position.value) == [4])
        }
    }

    @Test("a record waits until it is processed", arguments: StoreUnderTest.all)
    func waitingRecord(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let drafts = try (0..<3).map { _ in try Samples.draft(in: partition) }
            _ = try await store.append(drafts)
            for draft in drafts {
                let record = try await store.waitingRecord(draft.eventID)
                #expect(record?.receipt.eventID == draft.eventID)
            }
            let unknown = Samples.eventID(in: partition)
            #expect(try await store.waitingRecord(unknown) == nil)
            #expect(try await store.waitingRecord(Samples.eventID(in: Partition(999))) == nil)

            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, cursor: 2, drained: 2)])
            #expect(try await store.waitingRecord(drafts[1].eventID) == nil)
            #expect(try await store.waitingRecord(drafts[2].eventID) != nil)
        }
    }
}
