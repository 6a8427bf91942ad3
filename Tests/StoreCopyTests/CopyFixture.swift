// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import Synchronization
import Testing

@testable import AssayApp
@testable import PostgresStore
@testable import SQLiteStore

/// The server that `ASSAY_TEST_POSTGRES` names, and copies into schemas of their own on it.
struct CopyFixture: Sendable {
    static let target = ProcessInfo.processInfo.environment["ASSAY_TEST_POSTGRES"]
    static var isThere: Bool { target != nil }

    /// Thrown to end a copy.
    struct Interruption: Error {}

    let settings: PostgresStore.Settings

    init() throws {
        var settings = PostgresStore.Settings(target: try #require(Self.target))
        settings.schema = "c_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        settings.connections = 4
        self.settings = settings
    }

    /// Opens the target for a store that is open.
    func open(for source: SQLiteStore) async throws -> PostgresCopy {
        try await PostgresCopy.open(
            settings,
            of: source.identity,
            logName: source.logName,
            level: try await source.level(),
            partitioning: source.partitioning
        )
    }

    /// Copies in pages of two rows; `stop` says at which step it is interrupted.
    func copy(
        _ filling: Filling,
        stop: @escaping @Sendable (CopyStep) -> Bool = { _ in false }
    ) async throws -> StoreComparison {
        let source = try filling.open()
        do {
            let target = try await open(for: source)
            do {
                var copy = StoreCopy(source: source, target: target) { step in
                    if stop(step) { throw Interruption() }
                }
                copy.pageLimitRows = 2
                let comparison = try await copy.run()
                await target.close()
                await source.close()
                return comparison
            } catch {
                await target.close()
                throw error
            }
        } catch {
            await source.close()
            throw error
        }
    }

    /// Copies until a step of this name has been taken so many times.
    func interrupt(_ filling: Filling, at name: String, times: Int = 1) async throws {
        let seen = Atomic<Int>(0)
        await #expect(throws: Interruption.self) {
            _ = try await copy(filling) { step in
                guard step.name == name else { return false }
                return seen.wrappingAdd(1, ordering: .relaxed).newValue == times
            }
        }
    }

    /// Why the target is not opened for serving; nil when it is.
    func refusal() async -> PostgresOpenError? {
        do {
            let store = try await PostgresStore.open(settings)
            await store.close()
            return nil
        } catch {
            return error
        }
    }

    /// Changes the target behind everybody's back, triggers or not.
    func alter(_ sql: String) throws {
        let connection = try PostgresConnection(to: settings.target, limitSeconds: 10)
        try connection.run(
            "SET search_path TO \"\(settings.schema)\"; SET session_replication_role TO replica; "
                + sql
        )
    }
}

extension CopyStep {
    /// The case, without what it carries.
    var name: String { String(String(describing: self).prefix { $0 != "(" }) }
}
