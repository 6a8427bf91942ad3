// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Intake")
struct IntakeContractTests {
    private let partition = Partition(3)

    @Test(
        "racing writers get places without gaps and times that never go back",
        arguments: StoreUnderTest.all
    )
    func racingWriters(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let receipts = try await withThrowingTaskGroup(of: [IngestReceipt].self) { group in
                for writer in 0..<16 {
                    group.addTask {
                        var receipts: [IngestReceipt] = []
                        for round in 0..<25 {
                            // Clocks that disagree: a later call may bring an earlier instant.
                            let now = Samples.time(Int64(1_000 + writer * 37 % 11 - round))
                            let results = try await store.append([
                                Samples.draft(in: Partition(3), clock: .live(now: now)),
                                Samples.draft(in: Partition(writer % 8), clock: .live(now: now)),
                            ])
                            receipts += results.compactMap(\.accepted)
                        }
                        return receipts
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(receipts.count == 16 * 25 * 2)
            for number in 0..<8 {
                let records = try await store.allRecords(in: Partition(number))
                #expect(
                    records.map(\.receipt.position.value)
                        == Array(1..<Int64(records.count + 1))
                )
                let times = records.map(\.receipt.receivedAt)
                #expect(times == times.sorted())
                let ofPartition = receipts.filter { $0.partition.number == number }
                #expect(Set(records.map(\.receipt)) == Set(ofPartition))
                #expect(try await store.head(of: Partition(number)) == Int64(records.count))
            }
        }
    }

    @Test("results come in the order of the drafts", arguments: StoreUnderTest.all)
    func order(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let drafts = try (0..<20).map { try Samples.draft(in: Partition($0 % 4)) }
            let results = try await store.append(drafts)
            #expect(results.map { $0.accepted?.eventID } == drafts.map(\.eventID))
        }
    }

    @Test("one claim twice in one call is one record", arguments: StoreUnderTest.all)
    func duplicateWithinCall(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let claim = Samples.claim("order-1")
            let results = try await store.append([
                Samples.draft(in: partition, claim: claim),
                Samples.draft(in: partition, claim: claim),
            ])
            let first = try #require(results[0].accepted)
            #expect(results[1] == .duplicate(first, bodyConflict: false))
            #expect(try await store.head(of: partition) == 1)
        }
    }

    @Test(
        "one claim in racing calls is one record, and all answer its id",
        arguments: StoreUnderTest.all
    )
    func duplicateAcrossRacingCalls(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let results = try await withThrowingTaskGroup(of: IngestResult.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        try await store.append(
                            one: Samples.draft(in: Partition(3), claim: Samples.claim("racing"))
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let accepted = results.compactMap(\.accepted)
            #expect(accepted.count == 1)
            let first = try #require(accepted.first)
            #expect(
                results.filter { $0 == .duplicate(first, bodyConflict: false) }.count == 31
            )
            #expect(try await store.head(of: partition) == 1)
        }
    }

    @Test(
        "another body under the same claim keeps the first and says so",
        arguments: StoreUnderTest.all
    )
    func bodyConflict(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let first = try await store.append(
                one: Samples.draft(in: partition, claim: Samples.claim("a", body: "1"))
            )
            let second = try await store.append(
                one: Samples.draft(in: partition, claim: Samples.claim("a", body: "2"))
            )
            #expect(
                second == .duplicate(try #require(first.accepted), bodyConflict: true)
            )
            #expect(try await store.head(of: partition) == 1)
        }
    }

    @Test(
        "of many drafts with one claim in one call each is told whether its body is the first's",
        arguments: StoreUnderTest.all
    )
    func manyOfOneClaim(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            func draft(_ body: String) throws -> IngestDraft {
                try Samples.draft(in: partition, claim: Samples.claim("many", body: body))
            }
            let fresh = try await store.append(["1", "1", "2"].map(draft))
            let first = try #require(fresh[0].accepted)
            #expect(fresh[1] == .duplicate(first, bodyConflict: false))
            #expect(fresh[2] == .duplicate(first, bodyConflict: true))
            let bodies = (0..<1_500).map { "\($0 % 3)" }
            let results = try await store.append(bodies.map(draft))
            #expect(results == bodies.map { .duplicate(first, bodyConflict: $0 != "1") })
            #expect(try await store.head(of: partition) == 1)
        }
    }

    @Test(
        "a refused draft does not keep a later one with its claim from being accepted",
        arguments: StoreUnderTest.all
    )
    func refusedThenAccepted(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            func draft(_ now: Int64, _ earliest: Int64?) throws -> IngestDraft {
                try Samples.draft(
                    in: partition,
                    clock: .live(now: Samples.time(now)),
                    earliestReceipt: earliest.map(Samples.time),
                    claim: Samples.claim("late")
                )
            }
            let results = try await store.append([
                draft(50, 60), draft(50, 60), draft(70, 60), draft(80, 60),
            ])
            #expect(results[0] == .refused(receivedAt: Samples.time(50)))
            #expect(results[1] == .refused(receivedAt: Samples.time(50)))
            let accepted = try #require(results[2].accepted)
            #expect(accepted.receivedAt == Samples.time(70))
            #expect(results[3] == .duplicate(accepted, bodyConflict: false))
            #expect(try await store.head(of: partition) == 1)
        }
    }

    @Test(
        "in one call times never go back, whichever instants its drafts bring",
        arguments: StoreUnderTest.all
    )
    func risingTimes(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let results = try await store.append(
                [300, 100, 400, 200].map {
                    try Samples.draft(in: partition, clock: .live(now: Samples.time($0)))
                }
            )
            let expected = [300, 300, 400, 400].map(Samples.time)
            #expect(results.map { $0.accepted?.receivedAt } == expected)
            let records = try await store.allRecords(in: partition)
            #expect(records.map(\.receipt) == results.compactMap(\.accepted))
            let later = try await store.append(one: Samples.draft(in: partition))
            #expect(later.accepted?.receivedAt == Samples.time(400))
        }
    }

    @Test(
        "a claim is held for ever: processed, closed and opened again",
        arguments: StoreUnderTest.all
    )
    func claimIsKept(store: StoreUnderTest) async throws {
        let claim = Samples.claim("kept")
        var first: IngestReceipt?
        try await store.withStore { store, _ in
            let draft = try Samples.draft(
                in: partition,
                clock: .live(now: Samples.time(500)),
                claim: claim
            )
            first = try await store.append(one: draft).accepted
            let state = try await store.state(of: partition)
            try await store.append([Samples.turn(partition, state, cursor: 1, drained: 1)])
        } reopened: { store, _ in
            let retry = try Samples.draft(
                in: partition,
                clock: .live(now: Samples.time(900)),
                claim: claim
            )
            let receipt = try #require(first)
            #expect(
                try await store.append(one: retry) == .duplicate(receipt, bodyConflict: false)
            )
        }
    }

    @Test("a refused draft moves nothing and holds no claim", arguments: StoreUnderTest.all)
    func refusal(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let claim = Samples.claim("refused")
            let refused = try await store.append(
                one: Samples.draft(
                    in: partition,
                    clock: .live(now: Samples.time(50)),
                    earliestReceipt: Samples.time(60),
                    claim: claim
                )
            )
            #expect(refused == .refused(receivedAt: Samples.time(50)))
            #expect(try await store.head(of: partition) == 0)
            #expect(try await store.latestLiveClock() == nil)
            let accepted = try await store.append(
                one: Samples.draft(
                    in: partition,
                    clock: .live(now: Samples.time(40)),
                    claim: claim
                )
            )
            #expect(accepted.accepted?.receivedAt == Samples.time(40))

            let account = try Samples.account("sandbox")
            let home = partitioning.partition(sandbox: account)
            let early = try await store.append(
                one: Samples.draft(
                    in: home,
                    account: account,
                    clock: .sandbox(floor: Samples.time(10)),
                    earliestReceipt: Samples.time(11)
                )
            )
            #expect(early == .refused(receivedAt: Samples.time(10)))
            #expect(try await store.sandboxClock(of: account) == nil)
        }
    }

    @Test("a duplicate is answered although it would be refused", arguments: StoreUnderTest.all)
    func duplicateBeforeRefusal(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let claim = Samples.claim("early")
            let first = try await store.append(one: Samples.draft(in: partition, claim: claim))
            let retry = try await store.append(
                one: Samples.draft(
                    in: partition,
                    earliestReceipt: Samples.time(9_999),
                    claim: claim
                )
            )
            #expect(retry == .duplicate(try #require(first.accepted), bodyConflict: false))
        }
    }

    @Test(
        "a test clock moves by its floor only, and moves no other clock",
        arguments: StoreUnderTest.all
    )
    func testClocks(store: StoreUnderTest) async throws {
        let account = try Samples.account("sandbox")
        let other = try Samples.account("other")
        try await store.withStore { store, partitioning in
            let home = partitioning.partition(sandbox: account)
            var times: [Timestamp?] = []
            for floor in [100, nil, 50, 200] as [Int64?] {
                let result = try await store.append(
                    one: Samples.draft(
                        in: home,
                        account: account,
                        clock: .sandbox(floor: floor.map(Samples.time))
                    )
                )
                times.append(result.accepted?.receivedAt)
            }
            #expect(times == [100, 100, 100, 200].map(Samples.time))
            #expect(try await store.latestLiveClock() == nil)
            #expect(try await store.sandboxClock(of: other) == nil)
        } reopened: { store, partitioning in
            #expect(try await store.sandboxClock(of: account) == Samples.time(200))
            let (head, clocks) = try await store.sandboxClocks(
                in: partitioning.partition(sandbox: account)
            )
            #expect(head == IngestPosition(4))
            #expect(clocks == [account: Samples.time(200)])
        }
    }

    @Test(
        "after the live clock was moved nothing is earlier, also after a restart",
        arguments: StoreUnderTest.all
    )
    func advancedClock(store: StoreUnderTest) async throws {
        let moved = [Partition(1), Partition(2)]
        try await store.withStore { store, _ in
            _ = try await store.append(one: Samples.draft(in: Partition(1)))
            let heads = try await store.advanceLiveClock(of: moved, to: Samples.time(700))
            #expect(heads == [Partition(1): IngestPosition(1), Partition(2): .start])
            let back = try await store.advanceLiveClock(of: moved, to: Samples.time(600))
            #expect(back == heads)
            let result = try await store.append(one: Samples.draft(in: Partition(1)))
            #expect(result.accepted?.receivedAt == Samples.time(700))
        } reopened: { store, _ in
            let results = try await store.append([
                Samples.draft(in: Partition(2)), Samples.draft(in: Partition(3)),
            ])
            #expect(
                results.map { $0.accepted?.receivedAt } == [700, 100].map(Samples.time)
            )
            #expect(try await store.latestLiveClock() == Samples.time(700))
        }
    }
}
