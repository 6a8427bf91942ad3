// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@Suite("Sealing keys")
struct SealingKeyContractTests {
    private func name(
        _ customer: Text,
        generation: Int = 0,
        in partition: Int = 2
    ) throws -> SealingKeyName {
        SealingKeyName(
            partition: Partition(partition),
            account: try Samples.account("vendor"),
            customer: customer,
            generation: generation
        )
    }

    /// `mark`: Tells candidates for one name apart.
    private func key(_ name: SealingKeyName, _ mark: UInt8) -> SealingKeyRecord {
        SealingKeyRecord(
            name: name,
            id: [UInt8](repeating: mark, count: SealingKeyRecord.idByteCount),
            secret: [UInt8](repeating: mark ^ 0xFF, count: SealingKeyRecord.secretByteCount)
        )
    }

    @Test(
        "the first key of a customer holds, and survives a restart",
        arguments: StoreUnderTest.all
    )
    func first(store: StoreUnderTest) async throws {
        let (acme, other) = (try name("acme"), try name("Cafe\u{301}", in: 5))
        try await store.withStore { store, _ in
            let made = try await store.admitKeys([key(acme, 1), key(other, 2)])
            #expect(made == [acme: key(acme, 1), other: key(other, 2)])
            #expect(try await store.admitKeys([key(acme, 3)]) == [acme: key(acme, 1)])
        } reopened: { store, _ in
            let unknown = try name("Caf\u{E9}", in: 5)
            #expect(
                try await store.keys(named: [acme, other, unknown])
                    == [acme: key(acme, 1), other: key(other, 2)]
            )
            #expect(try await store.admitKeys([key(acme, 4)]) == [acme: key(acme, 1)])
        }
    }

    @Test("racing callers are told one key", arguments: StoreUnderTest.all)
    func racing(store: StoreUnderTest) async throws {
        let acme = try name("acme")
        try await store.withStore { store, _ in
            let told = try await withThrowingTaskGroup(of: SealingKeyRecord?.self) { group in
                for mark in 1..<20 {
                    let candidate = key(acme, UInt8(mark))
                    group.addTask { try await store.admitKeys([candidate])[candidate.name] }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(told.count == 1)
            #expect(try await Set([store.keys(named: [acme])[acme]]) == told)
        }
    }

    @Test("racing callers that ask in opposite orders both get on", arguments: StoreUnderTest.all)
    func oppositeOrders(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            for round in 0..<30 {
                let names = try (0..<200).map { number in
                    try name(Text("\(round) \(number)"), in: number % 2)
                }
                let forth = names.map { key($0, 1) }
                let back = names.reversed().map { key($0, 2) }
                async let first = store.admitKeys(forth)
                async let second = store.admitKeys(back)
                let told = try await (first, second)
                #expect(told.0.count == names.count)
                #expect(told.0 == told.1)
            }
        }
    }

    @Test(
        "a destroyed key is gone for good, and its generation makes no other",
        arguments: StoreUnderTest.all
    )
    func destruction(store: StoreUnderTest) async throws {
        let (acme, next) = (try name("acme"), try name("acme", generation: 1))
        let gone = SealingKeyRecord(name: acme, id: key(acme, 1).id, secret: nil)
        try await store.withStore { store, _ in
            _ = try await store.admitKeys([key(acme, 1)])
            try await store.destroyKeys(through: acme)
            try await store.destroyKeys(through: acme)
            #expect(try await store.keys(named: [acme]) == [acme: gone])
            #expect(try await store.admitKeys([key(acme, 2)]).isEmpty)
            #expect(try await store.admitKeys([key(next, 3)]) == [next: key(next, 3)])
        } reopened: { store, _ in
            let known = try await store.keys(named: [acme, next])
            #expect(known == [acme: gone, next: key(next, 3)])
            let more = try await store.admitKeys([key(acme, 4)])
            #expect(more.isEmpty)
        }
    }

    @Test(
        "destroying takes all generations up to the named one, and no other customer's",
        arguments: StoreUnderTest.all
    )
    func generations(store: StoreUnderTest) async throws {
        let names = try (0..<4).map { try name("acme", generation: $0) }
        let others = [try name("globex"), try name("acme", in: 3)]
        try await store.withStore { store, _ in
            for name in names + others { _ = try await store.admitKeys([key(name, 9)]) }
            try await store.destroyKeys(through: names[2])
            let left = try await store.keys(named: names + others).values
                .filter { $0.secret != nil }.map(\.name)
            #expect(Set(left) == Set([names[3]] + others))
        }
    }

    @Test(
        "a generation that never had a key is closed as well, and so are those before it",
        arguments: StoreUnderTest.all
    )
    func closing(store: StoreUnderTest) async throws {
        let names = try (0..<4).map { try name("acme", generation: $0) }
        try await store.withStore { store, _ in
            try await store.destroyKeys(through: names[2])
            for name in names[...2] {
                #expect(try await store.admitKeys([key(name, 1)]).isEmpty)
            }
            #expect(try await store.admitKeys([key(names[3], 1)]) == [names[3]: key(names[3], 1)])
            let closed = SealingKeyRecord(name: names[2], id: [], secret: nil)
            #expect(try await store.keys(named: names)[names[2]] == closed)
        }
    }

    @Test("pages come in order and hold everything once", arguments: StoreUnderTest.all)
    func pages(store: StoreUnderTest) async throws {
        try await store.withStore { store, _ in
            let store = try #require(store as? any StoreContents)
            let customers: [Text] = ["a", "b", "Z", "\u{E9}", "ab"]
            var expected: [SealingKeyRecord] = []
            for customer in customers {
                for generation in 0..<2 {
                    let name = try name(customer, generation: generation)
                    expected.append(key(name, UInt8(generation + 1)))
                }
            }
            for record in expected { _ = try await store.admitKeys([record]) }
            expected.sort { $0.name < $1.name }
            var found: [SealingKeyRecord] = []
            while true {
                let page = try await store.sealingKeys(
                    in: Partition(2),
                    after: found.last?.name,
                    limit: 3
                )
                if page.isEmpty { break }
                found += page
            }
            #expect(found == expected)
        }
    }
}
