// SPDX-License-Identifier: Apache-2.0

import EventStore
import Foundation
import PostgresStore
import Testing

/// A PostgreSQL store in a schema of its own, on the server that `ASSAY_TEST_POSTGRES` names.
struct PostgresSite: StoreSite {
    /// Where the server is; without one these tests are not run.
    static let server = ProcessInfo.processInfo.environment["ASSAY_TEST_POSTGRES"]

    private let settings: PostgresStore.Settings

    init() {
        var settings = PostgresStore.Settings(target: Self.server ?? "")
        settings.schema =
            "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "_")
        settings.connections = 4
        self.settings = settings
    }

    func open() async throws -> OpenStore {
        let store = try await PostgresStore.open(settings, partitions: SQLiteSite.partitions)
        return OpenStore(
            ports: store,
            identities: store,
            partitioning: store.partitioning
        ) { await store.close() }
    }

    // The server is thrown away after the tests, and its schemas with it.
    func remove() {}
}

@Suite("The PostgreSQL store is under contract")
struct PostgresPresenceTests {
    @Test(
        "a server is there",
        .enabled(
            if: PostgresSite.server != nil || ProcessInfo.processInfo.environment["CI"] != nil,
            "no ASSAY_TEST_POSTGRES: see scripts/with-postgres"
        )
    )
    func server() {
        #expect(PostgresSite.server != nil)
        #expect(StoreUnderTest.all.count == 2)
    }
}
