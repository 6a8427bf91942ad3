// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the catalog streams, which lie in the event log.
enum CatalogStatements {
    /// Streams are numbered in order of creation.
    static let selectAccounts = """
        SELECT account FROM streams WHERE partition = ?1 AND kind = 1 ORDER BY stream
        """

    static let all = [selectAccounts]

    /// Takes the next place of the catalogs' partition.
    static func nextPosition(
        in partition: Partition,
        _ database: Database
    ) throws -> LogPosition {
        let statement = try BoundStatement(database, PartitionStatements.moveCatalogHead)
        statement.bind(1, partition)
        guard let head = try statement.first({ $0.integer(0) }) else {
            throw StoreError(.damaged, detail: "the catalogs' partition is missing")
        }
        return LogPosition(head)
    }

    /// The last version of a stream and its hash.
    static func lastVersion(
        of stream: Int64,
        _ database: Database
    ) throws -> (version: Int, hash: Digest)? {
        let statement = try BoundStatement(database, EventLogStatements.selectLastVersion)
        statement.bind(1, stream)
        return try statement.first { (Int($0.integer(0)), try $0.digest(1)) }
    }
}
