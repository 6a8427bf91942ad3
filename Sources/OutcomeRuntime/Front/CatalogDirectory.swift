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
    /// At most this many accounts are kept unless told otherwise; the others are read again when
    /// they are asked for.
    public static let cachedLimitAccounts = 10_000
    /// A change that meets another one is decided again at most this many times.
    static let changeLimitAttempts = 32

    private struct Memory {
        var catalogs: [AccountID: Catalog] = [:]
        /// By the hash of the token.
        var principals: [Digest: Principal] = [:]
        /// The hashes of each account's tokens in `principals`.
        var tokens: [AccountID: [Digest]] = [:]
        /// Counts what makes a catalog that was read before it unfit to be remembered: a newer one
        /// may have been known, and forgotten.
        var generation = 0

        mutating func forgetPrincipals(of account: AccountID) {
            for token in tokens.removeValue(forKey: account) ?? [] {
                principals[token] = nil
            }
        }

        mutating func forgetAll() {
            catalogs.removeAll(keepingCapacity: true)
            principals.removeAll(keepingCapacity: true)
            tokens.removeAll(keepingCapacity: true)
            generation += 1
        }
    }

    private let log: any CatalogLog
    private let partitioning: Partitioning
    private let node: String
    private let clock: any WallClock
    private let cachedLimitAccounts: Int
    private let memory = Mutex(Memory())

    /// Keeps the catalogs of a store.
    public init(
        log: any CatalogLog,
        partitioning: Partitioning,
        node: String,
        clock: any WallClock,
        cachedLimitAccounts: Int = CatalogDirectory.cachedLimitAccounts
    ) {
        self.cachedLimitAccounts = cachedLimitAccounts
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
        let (known, generation) = memory.withLock { ($0.catalogs[account], $0.generation) }
        var catalog = known ?? Catalog()
        let events = try await log.catalogEvents(of: account, after: catalog.version)
        for event in events {
            do {
                let fact = try CatalogEventSchema.fact(from: event)
                catalog.evolve(fact.with(request: CatalogEventSchema.request(behind: event)))
            } catch {
                throw StoreError(.damaged, detail: "catalog of \(account): \(error)")
            }
        }
        guard catalog.version > 0 else { return nil }
        _ = memory.withLock { remember(catalog, of: account, readIn: generation, in: &$0) }
        return catalog
    }

    /// Sees that nothing older than what the stream holds now stays in memory: somebody else has
    /// changed it.
    public func follow(_ account: AccountID) async throws(StoreError) {
        let isKnown = memory.withLock { memory in
            // One that is being read at the moment may not be remembered.
            memory.generation += 1
            return memory.catalogs[account] != nil
        }
        if isKnown { try await refresh(account) }
    }

    /// Forgets every catalog; each is read again when it is asked for.
    public func forgetAll() { memory.withLock { $0.forgetAll() } }

    /// Remembers a catalog that was read when `generation` was the memory's.
    ///
    /// - Returns: False when it may be older than what was known and forgotten meanwhile.
    private func remember(
        _ catalog: Catalog,
        of account: AccountID,
        readIn generation: Int,
        in memory: inout Memory
    ) -> Bool {
        if let known = memory.catalogs[account] {
            guard known.version < catalog.version else { return true }
        } else {
            guard generation == memory.generation else { return false }
            if memory.catalogs.count >= cachedLimitAccounts { memory.forgetAll() }
        }
        memory.catalogs[account] = catalog
        memory.forgetPrincipals(of: account)
        return true
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
            let catalog = try await catalog(of: claim.account, with: claim.id),
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
            guard memory.catalogs[claim.account]?.version == catalog.version,
                memory.principals.updateValue(principal, forKey: hash) == nil
            else { return }
            memory.tokens[claim.account, default: []].append(hash)
        }
        return principal
    }

    /// The catalog, read anew when it does not know the token: it may have been made on another node.
    private func catalog(
        of account: AccountID,
        with token: TokenID
    ) async throws(StoreError) -> Catalog? {
        if let known = cachedCatalog(of: account), known.token(token) != nil { return known }
        return try await refresh(account)
    }

    /// A principal by its account's catalog as this node knows it now; nil when its token has been
    /// revoked.
    ///
    /// What took its time to arrive is judged by this, and not by what held when it began.
    public func renewed(_ principal: Principal) async throws(StoreError) -> Principal? {
        let known = memory.withLock { $0.catalogs[principal.account]?.version }
        guard known != principal.catalog.version else { return principal }
        guard let catalog = try await catalog(of: principal.account),
            catalog.version > principal.catalog.version
        else { return principal }
        var scopes = principal.scopes
        if case .token(let id) = principal.holder {
            guard let token = catalog.token(id), !token.isRevoked else { return nil }
            scopes = token.scopes
        }
        return Principal(
            account: principal.account,
            holder: principal.holder,
            scopes: scopes,
            catalog: catalog
        )
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
    ///
    /// `cause`: The request behind it, which the change records.
    public func change(
        _ account: AccountID,
        _ command: CatalogCommand,
        by author: Author,
        cause: ChangeCause = .none
    ) async throws(CatalogChangeError) -> CatalogChange {
        for _ in 0..<Self.changeLimitAttempts {
            if let change = try await attempt(account, command, author, cause) { return change }
        }
        throw .store(StoreError(.unavailable, detail: "catalog of \(account) changes too often"))
    }

    /// One attempt; nil when another change came first.
    private func attempt(
        _ account: AccountID,
        _ command: CatalogCommand,
        _ author: Author,
        _ cause: ChangeCause
    ) async throws(CatalogChangeError) -> CatalogChange? {
        do {
            let generation = memory.withLock { $0.generation }
            // Another node may have changed it a moment ago, and answered.
            var catalog = try await refresh(account) ?? Catalog()
            let events = try catalog.decide(command)
            for event in events {
                let fact = try await append(
                    event,
                    to: account,
                    after: catalog.version,
                    author,
                    cause
                )
                catalog.evolve(fact)
            }
            memory.withLock { memory in
                guard !remember(catalog, of: account, readIn: generation, in: &memory) else {
                    return
                }
                // Nor may one that was read before this change be remembered after it.
                memory.generation += 1
            }
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
        _ author: Author,
        _ cause: ChangeCause
    ) async throws(StoreError) -> CatalogFact {
        let now = clock.now()
        let partition = partitioning.catalogPartition
        let context = EnvelopeContext(
            node: node,
            batch: 0,
            recordedAt: now,
            trace: cause.trace,
            request: cause.request
        )
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
        return CatalogFact(
            event: event,
            version: version + 1,
            time: now,
            author: author,
            request: cause.request
        )
    }
}
