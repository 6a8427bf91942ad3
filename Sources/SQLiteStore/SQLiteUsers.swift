// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Synchronization

/// The file beside the store that alone holds its users: a backup of the log has no password in it.
///
/// It has a rollback journal and no write-ahead log, every commit is flushed, and what is deleted is
/// overwritten. Several processes may have it open: a command beside the server waits for its turn.
public final class SQLiteUsers: Sendable {
    /// What the file's name ends in, after the store's.
    static let suffix = ".users"

    private let queue: DatabaseQueue
    // After a failed flush nothing that SQLite says of the file can be believed.
    private let failure = Mutex<StoreError?>(nil)

    private init(queue: DatabaseQueue) {
        self.queue = queue
    }

    /// Opens the users of a store, creating the file, for its owner's eyes only, when there is none.
    ///
    /// - Throws: `StoreOpenError` when the file is another store's or no such file.
    static func open(beside path: String, of identity: Digest) throws -> SQLiteUsers {
        let name = path + suffix
        guard !PosixFile.isDirectory(name) else {
            throw StoreOpenError(.usersAreForeign, path: path)
        }
        let header = try PosixFile.open(name, creating: true).contents(at: 0, count: 100)
        guard header.isEmpty || header.isSQLiteHeader(of: UserTables.applicationID) else {
            throw StoreOpenError(.usersAreForeign, path: path)
        }
        let queue = try DatabaseQueue(path: name, configuration: configuration)
        let migrator = UserTables.migrator
        guard try !queue.read(migrator.hasBeenSuperseded) else {
            throw StoreOpenError(.tooNew, path: name)
        }
        if try !queue.read(migrator.hasCompletedMigrations) { try migrator.migrate(queue) }
        let origin = try queue.write { database in
            if let origin = try UserStatements.origin(database) { return origin }
            try UserStatements.set(origin: identity, database)
            return identity
        }
        guard origin == identity else { throw StoreOpenError(.usersAreForeign, path: path) }
        return SQLiteUsers(queue: queue)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "assay-users"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(SQLiteStore.busyTimeoutSeconds)
        configuration.prepareDatabase { database in
            if try Int.fetchOne(database, sql: ConnectionStatements.pageCount) == 0 {
                let mark = StoreSchema.markNewFile(applicationID: UserTables.applicationID)
                try database.execute(sql: mark)
            }
            try database.execute(sql: ConnectionStatements.prepareUsers)
        }
        return configuration
    }

    /// Closes the file once what waits has been answered.
    public func close() async {
        await withCheckedContinuation { (waiting: CheckedContinuation<Void, Never>) in
            queue.asyncWriteWithoutTransaction { _ in waiting.resume() }
        }
        // Nothing is written any more; what cannot be closed ends with the process.
        try? queue.close()
    }

    // MARK: Transactions, on the file's own thread

    /// Runs `work` on the state after the last commit.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await run { database in
            var value: Value?
            try database.inTransaction(.deferred) {
                value = try work(database)
                return .commit
            }
            return value
        }
    }

    /// Runs `work` in a transaction that is on disk once this returns.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await run { database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try work(database)
                return .commit
            }
            return value
        }
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value?
    ) async throws(StoreError) -> Value {
        if let failure = failure.withLock(\.self) { throw failure }
        let result: Result<Value, StoreError> = await withCheckedContinuation { waiting in
            queue.asyncWriteWithoutTransaction { database in
                let result = Result {
                    guard let value = try work(database) else { throw StoreError(.unavailable) }
                    return value
                }
                waiting.resume(
                    returning: result.mapError { StoreError(sqlite: $0, phase: .working) }
                )
            }
        }
        if case .failure(let error) = result, error.reason == .fatal {
            failure.withLock { $0 = error }
        }
        return try result.get()
    }
}
