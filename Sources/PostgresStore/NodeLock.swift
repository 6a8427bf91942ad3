// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Synchronization

/// Held by the one node that runs on a store, on a connection of its own.
///
/// It keeps a second node from starting by mistake. It is no fence: a node that loses its connection
/// loses the lock without knowing, and what keeps its late writes out is the head in each append.
final class NodeLock: Sendable {
    private static let lock = PostgresStatement(
        "lock_node",
        ConnectionStatements.tryAdvisoryLock
    )

    private let connection: Mutex<PostgresConnection?>

    /// - Throws: `PostgresOpenError.inUse` when another node holds it.
    init(target: String, schema: String, limitSeconds: Int) throws {
        let connection = try PostgresConnection(to: target, limitSeconds: limitSeconds)
        var key = PostgresParameters()
        key.add(Int64(bitPattern: Digest.sha256(Array("assay node \(schema)".utf8)).prefix64))
        guard try connection.first(Self.lock, key, { $0.bool(0) }) == true else {
            throw PostgresOpenError.inUse
        }
        self.connection = Mutex(connection)
    }

    func release() { connection.withLock { $0 = nil } }
}
