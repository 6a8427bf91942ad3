// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// How far a projection has got in a partition, and the hash of the event there.
struct CheckpointMark: Hashable, Sendable {
    let partition: Partition
    let position: LogPosition
    let hash: Digest

    /// Whether the log has this very event.
    func isInLog(_ database: Database) throws -> Bool {
        let select = try BoundStatement(database, EventLogStatements.selectHash)
        select.bind(1, EventPlace.place(in: partition, position))
        return try select.first { try $0.digest(0) } == hash
    }
}
