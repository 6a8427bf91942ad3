// SPDX-License-Identifier: Apache-2.0

import EventStore
import Identity
import PostgresStore
import SQLiteStore

/// A store as the engine sees it.
protocol EngineStore: StoreContents, CatalogLog, CheckpointLog, SealingKeys {
    /// Yields the error after which nothing is acknowledged any more; ends when the store closes.
    var failures: AsyncStream<StoreError> { get }

    /// How its partitions are spread over nodes; nil when there is one node only.
    var leases: (any PartitionLeases)? { get }

    /// Who may sign in.
    var identities: any IdentityStore { get }

    /// How many records have been accepted and not yet processed.
    func ingestBacklog() -> Int

    /// Takes nothing more, finishes what waits and closes the store.
    func close() async
}

extension SQLiteStore: EngineStore {
    /// One process holds the file.
    var leases: (any PartitionLeases)? { nil }

    /// In a file of their own.
    var identities: any IdentityStore { users }
}

extension PostgresStore: EngineStore {
    /// The store itself keeps them.
    var leases: (any PartitionLeases)? { self }

    /// In tables of their own.
    var identities: any IdentityStore { self }
}

/// A store as commands that only read see it; what would write in these ports is never called.
protocol ReadableStore: StoreContents, CatalogLog {
    /// What is wrong with the store's files themselves, as far as the store can tell.
    ///
    /// - Returns: At most `limit` faults; empty when there are none.
    func fileFaults(limit: Int) async throws(StoreError) -> [String]

    /// Opens who may sign in, to read and to change, also beside a running server.
    ///
    /// - Throws: `CommandFailure` when they cannot be opened.
    func openIdentities() throws -> OpenIdentities

    /// Closes the store.
    func close() async
}

/// Who may sign in, opened by a command, which closes it.
struct OpenIdentities: Sendable {
    let store: any IdentityStore
    let close: @Sendable () async -> Void
}

extension SQLiteStoreReader: ReadableStore {
    /// In a file of their own, which is created when there is none.
    func openIdentities() throws -> OpenIdentities {
        do throws(StoreOpenError) {
            let users = try openUsers()
            return OpenIdentities(store: users) { await users.close() }
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

extension PostgresStore: ReadableStore {
    /// The server checks its own files (docs/operations.md).
    func fileFaults(limit: Int) async throws(StoreError) -> [String] { [] }

    /// On the store's own connections, which close with it.
    func openIdentities() throws -> OpenIdentities { OpenIdentities(store: self) {} }
}
