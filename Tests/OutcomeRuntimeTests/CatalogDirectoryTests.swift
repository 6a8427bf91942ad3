// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import SQLiteStore
import Synchronization
import Testing

@Suite("The catalogs in memory are never older than what was answered")
struct CatalogDirectoryTests {
    @Test("a catalog read before a change is not remembered after it, though all was forgotten")
    func forgotten() async throws {
        let world = try World()
        let live = try await world.account("live", isSandbox: false).account
        let other = try await world.account("other", isSandbox: false).account
        let log = SlowCatalogLog(world.store)
        let catalogs = directory(log, in: world, limit: 1)
        let old = try #require(try await world.catalogs.catalog(of: live)).version

        log.reads.shut()
        let slow: Task<Catalog?, any Error> = Task { try await catalogs.refresh(live) }
        await log.reads.arrival()
        let change = try await catalogs.change(live, try newCustomer(), by: .commandLine)
        #expect(change.version == old + 1)
        // There is room for one account only.
        _ = try await catalogs.catalog(of: other)
        #expect(catalogs.cachedCatalog(of: live) == nil)
        log.reads.open()
        #expect(try await slow.value?.version == old)
        #expect(try await catalogs.catalog(of: live)?.version == old + 1)
        await world.store.close()
    }

    @Test("nor is one that began to be read while the change was under way")
    func forgottenDuringChange() async throws {
        let world = try World()
        let live = try await world.account("live", isSandbox: false).account
        let other = try await world.account("other", isSandbox: false).account
        let log = SlowCatalogLog(world.store)
        let catalogs = directory(log, in: world, limit: 1)
        let old = try #require(try await catalogs.catalog(of: live)).version

        let customer = try newCustomer()
        log.appends.shut()
        let change: Task<CatalogChange, any Error> = Task {
            try await catalogs.change(live, customer, by: .commandLine)
        }
        await log.appends.arrival()
        _ = try await catalogs.catalog(of: other)
        log.reads.shut()
        let slow: Task<Catalog?, any Error> = Task { try await catalogs.refresh(live) }
        await log.reads.arrival()
        log.appends.open()
        #expect(try await change.value.version == old + 1)
        log.reads.open()
        #expect(try await slow.value?.version == old)
        #expect(try await catalogs.catalog(of: live)?.version == old + 1)
        await world.store.close()
    }

    @Test("a principal is renewed with its catalog, until its token is revoked")
    func renewal() async throws {
        let world = try World()
        let live = try await world.account("live", isSandbox: false).account
        var random = SystemRandomNumberGenerator()
        let token = try #require(APIToken.mint(account: live, using: &random))
        let created = TokenCreated(
            id: token.id,
            name: nil,
            prefix: Text(token.prefix),
            secretHash: token.secretHash,
            scopes: [.ingest]
        )
        _ = try await world.catalogs.change(live, .createToken(created), by: .commandLine)
        let principal = try #require(try await world.catalogs.authenticate(token.text))
        #expect(world.catalogs.cachedPrincipal(token.text) != nil)
        try await world.putCustomer("newcomer", into: live)
        #expect(world.catalogs.cachedPrincipal(token.text) == nil)
        let renewed = try #require(try await world.catalogs.renewed(principal))
        #expect(renewed.catalog.version == principal.catalog.version + 1)
        #expect(renewed.scopes == principal.scopes)
        _ = try await world.catalogs.change(live, .revokeToken(token.id), by: .commandLine)
        #expect(try await world.catalogs.renewed(renewed) == nil)
        #expect(try await world.catalogs.authenticate(token.text) == nil)
        await world.store.close()
    }

    private func directory(
        _ log: any CatalogLog,
        in world: World,
        limit: Int
    ) -> CatalogDirectory {
        CatalogDirectory(
            log: log,
            partitioning: world.store.partitioning,
            node: "test",
            clock: world.clock,
            cachedLimitAccounts: limit
        )
    }

    private func newCustomer() throws -> CatalogCommand {
        let json = try JSONReader.read(Array(#"{"name":"New"}"#.utf8))
        return .putCustomer(
            try #require(CustomerKey("newcomer")),
            try CustomerBody(json: json)
        )
    }
}

/// A catalog log that can be told to keep an answer to itself for a while.
private struct SlowCatalogLog: CatalogLog {
    let log: any CatalogLog
    /// After the store was read.
    let reads = Gate()
    /// Before anything is written: who reads meanwhile sees the catalog as it was.
    let appends = Gate()

    init(_ log: any CatalogLog) { self.log = log }

    func appendCatalog(
        account: AccountID,
        expectedVersion: Int,
        form: @escaping @Sendable (LogPosition, Digest) -> StoredEvent
    ) async throws(StoreError) -> StoredEvent {
        await appends.pass()
        return try await log.appendCatalog(
            account: account,
            expectedVersion: expectedVersion,
            form: form
        )
    }

    func catalogEvents(
        of account: AccountID,
        after version: Int
    ) async throws(StoreError) -> [StoredEvent] {
        let events = try await log.catalogEvents(of: account, after: version)
        await reads.pass()
        return events
    }

    func accounts() async throws(StoreError) -> [AccountID] { try await log.accounts() }
}

/// Holds the next one who passes until told otherwise.
private final class Gate: Sendable {
    private let isShut = Mutex(false)
    private let arrivals = AsyncStream<Void>.makeStream()
    private let openings = AsyncStream<Void>.makeStream()

    func shut() { isShut.withLock { $0 = true } }
    func open() { openings.continuation.yield() }

    /// Returns once somebody is held.
    func arrival() async {
        for await _ in arrivals.stream { return }
    }

    func pass() async {
        let isHeld = isShut.withLock { isShut in
            defer { isShut = false }
            return isShut
        }
        guard isHeld else { return }
        arrivals.continuation.yield()
        for await _ in openings.stream { return }
    }
}
