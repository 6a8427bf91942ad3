// SPDX-License-Identifier: Apache-2.0

import EventStore
import Foundation
import Identity
import SQLiteStore

/// A store as the suite sees it: its ports and nothing else.
typealias EventStorePorts = IngestLog & EventLog & CatalogLog & CheckpointLog & SealingKeys

/// One adapter that has to keep the contract.
///
/// Another adapter is one more entry in `all`.
struct StoreUnderTest: Sendable, CustomStringConvertible {
    let description: String
    /// Opens a place for a store that nobody has used yet.
    let makeSite: @Sendable () throws -> any StoreSite

    static let all = [sqlite] + (PostgresSite.server == nil ? [] : [postgres])

    private static let sqlite = StoreUnderTest(description: "SQLite") { try SQLiteSite() }
    private static let postgres = StoreUnderTest(description: "PostgreSQL") { PostgresSite() }
}

/// A place where one store lives, so that it can be closed and opened again.
protocol StoreSite: Sendable {
    func open() async throws -> OpenStore
    func remove()
}

/// A store that is open.
struct OpenStore: Sendable {
    let ports: any EventStorePorts
    let identities: any IdentityStore
    let partitioning: Partitioning
    let close: @Sendable () async -> Void
}

/// A SQLite store in a directory of its own.
struct SQLiteSite: StoreSite {
    static let partitions = 8

    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-contract-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory,
            withIntermediateDirectories: true
        )
    }

    func open() async throws -> OpenStore {
        let store = try SQLiteStore.open(
            path: directory.appendingPathComponent("store.db").path,
            partitions: Self.partitions
        )
        return OpenStore(
            ports: store,
            identities: store.users,
            partitioning: store.partitioning
        ) { await store.close() }
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }
}

extension StoreUnderTest {
    /// Runs a test on a fresh store.
    func withStore(
        _ body: (any EventStorePorts, Partitioning) async throws -> Void
    ) async throws {
        try await withSite { site in
            let store = try await site.open()
            try await body(store.ports, store.partitioning)
            await store.close()
        }
    }

    /// Runs one part of a test on a fresh store and the rest after it was closed and opened again.
    func withStore(
        first: (any EventStorePorts, Partitioning) async throws -> Void,
        reopened: (any EventStorePorts, Partitioning) async throws -> Void
    ) async throws {
        try await withSite { site in
            let store = try await site.open()
            try await first(store.ports, store.partitioning)
            await store.close()
            let again = try await site.open()
            try await reopened(again.ports, again.partitioning)
            await again.close()
        }
    }

    private func withSite(_ body: (any StoreSite) async throws -> Void) async throws {
        let site = try makeSite()
        defer { site.remove() }
        try await body(site)
    }
}
