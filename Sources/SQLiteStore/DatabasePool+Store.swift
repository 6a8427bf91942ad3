// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventStore
import GRDB
import Logging

/// What both files of a store do with their connections: the log's and the read models'.
extension DatabasePool {
    /// Opens a file; `marked` is the mark of a new one, `prepareWriter` the writer's settings.
    convenience init(
        path: String,
        label: String,
        marked applicationID: Int64,
        prepareWriter: String,
        gauge: WALGauge
    ) throws {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = SQLiteStore.readerLimitConnections
        configuration.busyMode = .timeout(SQLiteStore.busyTimeoutSeconds)
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { database in
            if database.configuration.readonly {
                try database.execute(sql: ConnectionStatements.prepareReader)
                return
            }
            if try Int.fetchOne(database, sql: ConnectionStatements.pageCount) == 0 {
                try database.execute(sql: StoreSchema.markNewFile(applicationID: applicationID))
            }
            try database.execute(sql: prepareWriter)
            gauge.install(on: database)
        }
        try self.init(path: path, configuration: configuration)
    }

    /// Runs `work` on a reader, on the state after the last commit.
    func answer<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { waiting in
            asyncRead { database in
                let result = Result { try work(database.get()) }
                waiting.resume(
                    returning: result.mapError { StoreError(sqlite: $0, phase: .working) }
                )
            }
        }
        return try result.get()
    }

    /// Closes the file, away from the cooperative pool: it waits for readers.
    func closeAside(_ logger: Logger) async {
        await withCheckedContinuation { (waiting: CheckedContinuation<Void, Never>) in
            DispatchQueue.global().async { [self] in
                do {
                    try close()
                } catch {
                    logger.warning("a file is not closed", metadata: ["reason": "\(error)"])
                }
                waiting.resume()
            }
        }
    }
}
