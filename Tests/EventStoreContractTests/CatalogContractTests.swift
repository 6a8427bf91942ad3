// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Catalog log")
struct CatalogContractTests {
    private func append(
        _ account: AccountID,
        expecting version: Int,
        to store: any EventStorePorts,
        _ partitioning: Partitioning
    ) async throws(StoreError) -> StoredEvent {
        try await store.appendCatalog(account: account, expectedVersion: version) {
            position,
            previous in
            Samples.event(
                .catalog(account),
                version: version + 1,
                in: partitioning.catalogPartition,
                at: position.value,
                previous: previous
            )
        }
    }

    @Test(
        "changes are chained and numbered, and survive a restart",
        arguments: StoreUnderTest.all
    )
    func chain(store: StoreUnderTest) async throws {
        let account = try Samples.account("vendor")
        var written: [StoredEvent] = []
        try await store.withStore { store, partitioning in
            for version in 0..<3 {
                written.append(
                    try await append(account, expecting: version, to: store, partitioning)
                )
            }
            #expect(written.map(\.position.value) == [1, 2, 3])
            #expect(written.map(\.previous) == [.zero, written[0].hash, written[1].hash])
        } reopened: { store, partitioning in
            #expect(try await store.catalogEvents(of: account, after: 0) == written)
            #expect(try await store.catalogEvents(of: account, after: 2) == [written[2]])
            #expect(try await store.catalogEvents(of: account, after: 3).isEmpty)
            let all = try await store.events(
                in: partitioning.catalogPartition,
                after: .start,
                limit: 9
            )
            #expect(all == written)
        }
    }

    @Test(
        "another expected version is a conflict and writes nothing",
        arguments: StoreUnderTest.all
    )
    func conflict(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let account = try Samples.account("vendor")
            _ = try await append(account, expecting: 0, to: store, partitioning)
            for version in [0, 2] {
                await #expect(throws: StoreError.self) {
                    _ = try await append(account, expecting: version, to: store, partitioning)
                }
            }
            #expect(try await store.catalogEvents(of: account, after: 0).count == 1)
        }
    }

    @Test(
        "a hundred accounts are changed at once, and none too late",
        arguments: StoreUnderTest.all
    )
    func manyAccounts(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let accounts = try (0..<100).map { try Samples.account("vendor\($0)") }
            let positions = try await withThrowingTaskGroup(of: Int64.self) { group in
                for account in accounts {
                    group.addTask {
                        try await append(account, expecting: 0, to: store, partitioning)
                            .position.value
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(positions.sorted() == Array(1...100))
            #expect(Set(try await store.accounts()) == Set(accounts))
        }
    }

    @Test("of racing changes each version is written once", arguments: StoreUnderTest.all)
    func racing(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let names = ["one", "two", "three"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<9 {
                    let account = try Samples.account(names[writer % 3])
                    group.addTask {
                        var version = 0
                        var done = 0
                        while done < 5 {
                            do throws(StoreError) {
                                _ = try await append(
                                    account,
                                    expecting: version,
                                    to: store,
                                    partitioning
                                )
                                done += 1
                            } catch {
                                guard error.reason == .conflict else { throw error }
                            }
                            version = try await store.catalogEvents(of: account, after: 0).count
                        }
                    }
                }
                try await group.waitForAll()
            }
            for name in names {
                let events = try await store.catalogEvents(
                    of: Samples.account(name),
                    after: 0
                )
                #expect(events.map(\.version) == Array(1...15))
            }
            let all = try await store.events(
                in: partitioning.catalogPartition,
                after: .start,
                limit: 99
            )
            #expect(all.map(\.position.value) == Array(1...45))
        }
    }

    @Test("accounts are listed in order of creation", arguments: StoreUnderTest.all)
    func accounts(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            #expect(try await store.accounts().isEmpty)
            let accounts = try ["zulu", "alpha", "mike"].map { try Samples.account($0) }
            for account in accounts {
                _ = try await append(account, expecting: 0, to: store, partitioning)
            }
            _ = try await append(accounts[0], expecting: 1, to: store, partitioning)
            #expect(try await store.accounts() == accounts)
        }
    }

    @Test("an event that is formed for another place is refused", arguments: StoreUnderTest.all)
    func misplaced(store: StoreUnderTest) async throws {
        try await store.withStore { store, partitioning in
            let account = try Samples.account("vendor")
            await #expect(throws: StoreError.self) {
                _ = try await store.appendCatalog(account: account, expectedVersion: 0) {
                    position,
                    previous in
                    Samples.event(
                        .catalog(account),
                        version: 1,
                        in: partitioning.catalogPartition,
                        at: position.value + 1,
                        previous: previous
                    )
                }
            }
            #expect(try await store.accounts().isEmpty)
            _ = try await append(account, expecting: 0, to: store, partitioning)
        }
    }
}
