// SPDX-License-Identifier: Apache-2.0

import Logging
import PostgresStore
import SQLiteStore

extension StoreDesk {
    /// Opens the store a configuration names for reading, also beside a server that runs.
    ///
    /// Nothing is created, migrated, locked or leased; the caller closes it.
    /// - Throws: `CommandFailure` when it is not there or cannot be read.
    static func openForReading(
        _ configuration: AssayConfiguration
    ) async throws -> any ReadableStore {
        switch try configuration.location {
        case .sqlite(let path):
            do throws(StoreOpenError) {
                return try SQLiteStore.openForReading(path: path)
            } catch {
                throw CommandFailure(error.description)
            }
        case .postgres(let target):
            do throws(PostgresOpenError) {
                var settings = PostgresStore.Settings(target: target)
                settings.isForReading = true
                settings.connections = readingConnections
                return try await PostgresStore.open(settings, partitions: configuration.partitions)
            } catch {
                throw CommandFailure(error.description)
            }
        }
    }

    /// A command reads one thing after the other.
    private static let readingConnections = 4

    /// Opens the read models of a store that is open for reading; those of a node's file, or beside
    /// the embedded store.
    ///
    /// - Throws: `CommandFailure` when the file is not there or is not made from this log.
    static func openViewsForReading(
        of store: any ReadableStore,
        _ configuration: AssayConfiguration,
        _ logger: Logger
    ) async throws -> SQLiteReadModels {
        let path = try configuration.viewsPath
        do throws(StoreOpenError) {
            return try await SQLiteReadModels.openForReading(path: path, of: store, logger: logger)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
