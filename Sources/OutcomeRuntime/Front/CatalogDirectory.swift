// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
import EventSchema
public import EventStore
public import ExactValues
import Synchronization

/// The catalogs of accounts: folded from their streams on demand, kept in memory, changed through
/// the decider with the stream's version as the guard.
///
/// What `change` returns is visible to every later call: an event posted after the answer to a PUT
/// carries at least that catalog version.
public final class CatalogDirectory: Sendable {
    /// At most this many accounts are kept; the others are read again when they are asked for.
    public static let cachedLimitAccounts = 10_000
    /// A change that meets another one is decided again at most this many times.
    static let changeLimitAttempts = 32

    private struct Memory {
        var catalogs: [AccountID: Catalog] = [:]
        var principals: [Digest: Principal] = [:]
    }

    private let log: any CatalogLog
    private let partitioning: Partitioning
    private let node: String
    private let clock: any WallClock
    private let memory = Mutex(Memory())

    /// Keeps the catalogs of a store.
    public init(
        log: any CatalogLog,
        partitioning: Partitioning,
        node: String,
        clock: any WallClock
    ) {
        self.log = log
        self.partitioning = partitioning
        self.node = node
        self.clock = clock
    }
}

// MARK: Reading

extension CatalogDirectory {
    /// An account's catalog as this node knows it; nil when there is no such account.
    public func catalog(of account: AccountID) async throws(StoreError) -> Catalog? {
        if let known = memory.withLock({ $0.catalogs[account] }) { return known }
        return try await refresh(account)
    }

    /// An account's catalog at a version or later: what a lane needs to judge a record.
    ///
    /// - Returns: Nil when the store has not that version yet.
    public func catalog(
        of account: AccountID,
        atLeast version: Int
    ) async throws(StoreError) -> Catalog? {
        if let known = cachedCatalog(of: account), known.version >= version { return known }
        guard let read = try await refresh(account), read.version >= version else { return nil }
        return read
    }

    /// An account's catalog if it is in memory.
    public func cachedCatalog(of account: AccountID) -> Catalog? {
        memory.withLock { $0.catalogs[account] }
    }

    /// Reads what is new on an account's stream.
    @discardableResult
    public func refresh(_ account: AccountID) async throws(StoreError) -> Catalog? {
        var catalog = cachedCatalog(of: account) ?? Catalog()
        let events = try await log.catalogEvents(of: account, after: catalog.version)
        for event in events {
            do {
                catalog.evolve(try CatalogEventSchema.fact(from: event))
            } catch {
                throw StoreError(.damaged, detail: "catalog of \(account): \(error)")
            }
        }
        guard catalog.version > 0 else { return nil }
        remember(catalog, of: account)
        return catalog
    }

    private func remember(_ catalog: Catalog, of account: AccountID) {
        memory.withLock { memory in
            if let known = memory.catalogs[account], known.version >= catalog.version { return }
            if memory.catalogs.count >= Self.cachedLimitAccounts {
                memory.catalogs.removeAll(keepingCapacity: true)
                memory.principals.removeAll(keepingCapacity: true)
            }
            memory.catalogs[account] = catalog
            memory.principals = memory.principals.filter { $0.value.account != account }
        }
    }
}

// MARK: Tokens

extension CatalogDirectory {
    /// Who a token belongs to, if it was used lately; nil says nothing: call `authenticate`.
    public func cachedPrincipal(_ token: String) -> Principal? {
        let hash = APIToken.hash(token)
        return memory.withLock { $0.principals[hash] }
    }

    /// Who a token belongs to; nil when it is unknown, revoked or no token at all.
    public func authenticate(_ token: String) async throws(StoreError) -> Principal? {
        let hash = APIToken.hash(token)
        if let known = memory.withLock({ $0.principals[hash] }) { return known }
        guard let claim = APIToken.claim(token),
            let catalog = try await catalog(of: claim.account),
            let stored = catalog.token(claim.id),
            !stored.isRevoked, stored.secretHash == hash
        else { return nil }
        let principal = Principal(
            account: claim.account,
            token: claim.id,
            scopes: stored.scopes,
            catalog: catalog
        )
        memory.withLock { memory in
            guard memory.catalogs[claim.account]?.version == catalog.version else { return }
            memory.principals[hash] = principal
        }
        return principal
    }
}

// MARK: Changing

/// What a change came to.
public struct CatalogChange: Sendable {
    /// The catalog after it.
    public let catalog: Catalog
    /// The events it made; none when nothing was to change.
    public let events: [CatalogEvent]
    /// The catalog version after it.
    public var version: Int { catalog.version }
}

/// Why a catalog was not changed.
public enum CatalogChangeError: Error, Sendable {
    /// A rule stands against it.
    case rejected(CatalogRejection)
    /// The store could not take it.
    case store(StoreError)
}

extension CatalogDirectory {
    /// Changes an account's catalog; durable and visible on this node when it returns.
    public func change(
        _ account: AccountID,
        _ command: CatalogCommand,
        by author: Author
    ) async throws(CatalogChangeError) -> CatalogChange {
        for _ in 0..<Self.changeLimitAttempts {
            if let change = try await attempt(account, command, author) { return change }
        }
        throw .store(StoreError(.unavailable, detail: "catalog of \(account) changes too often"))
    }

    /// One attempt; nil when another change came first.
    private func attempt(
        _ account: AccountID,
        _ command: CatalogCommand,
        _ author: Author
    ) async throws(CatalogChangeError) -> CatalogChange? {
        do {
            var catalog = try await catalog(of: account) ?? Catalog()
            let events = try catalog.decide(command)
            for event in events {
                let fact = try await append(event, to: account, after: catalog.version, author)
                catalog.evolve(fact)
            }
            remember(catalog, of: account)
            return CatalogChange(catalog: catalog, events: events)
        } catch let rejection as CatalogRejection {
            throw .rejected(rejection)
        } catch let error as StoreError where error.reason == .conflict {
            do {
                try await refresh(account)
            } catch {
                throw .store(error)
            }
            return nil
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .store(StoreError(.unavailable, detail: String(reflecting: error)))
        }
    }

    private func append(
        _ event: CatalogEvent,
        to account: AccountID,
        after version: Int,
        _ author: Author
    ) async throws(StoreError) -> CatalogFact {
        let now = clock.now()
        let partition = partitioning.catalogPartition
        let context = EnvelopeContext(node: node, batch: 0, recordedAt: now, trace: nil)
        _ = try await log.appendCatalog(account: account, expectedVersion: version) {
            position,
            previous in
            CatalogEventSchema.store(
                event: event,
                time: now,
                author: author,
                account: account,
                version: version + 1,
                partition: partition,
                position: position,
                context: context,
                previous: previous
            )
        }
        return CatalogFact(event: event, version: version + 1, time: now, author: author)
    }
}
