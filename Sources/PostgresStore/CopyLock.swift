// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Synchronization

/// Held by the one command that copies into a store, on a connection of its own.
///
/// It is no fence: two commands that both believe in it write the same rows, and the head in each
/// append keeps the log in order.
final class CopyLock: Sendable {
    private static let lock = PostgresStatement("lock_copy", ConnectionStatements.tryAdvisoryLock)

    private let connection: Mutex<PostgresConnection?>

    /// - Throws: `PostgresOpenError.copyRuns` when another command holds it.
    init(_ settings: PostgresStore.Settings) throws {
        let connection = try PostgresConnection(
            to: settings.target,
            limitSeconds: max(2, settings.statementSeconds)
        )
        var key = PostgresParameters()
        let name = "assay copy \(settings.schema)"
        key.add(Int64(bitPattern: Digest.sha256(Array(name.utf8)).prefix64))
        guard try connection.first(Self.lock, key, { $0.bool(0) }) == true else {
            throw PostgresOpenError.copyRuns
        }
        self.connection = Mutex(connection)
    }

    func release() { connection.withLock { $0 = nil } }
}
