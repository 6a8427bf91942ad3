// SPDX-License-Identifier: Apache-2.0

public import EventStore
import ExactValues
import GRDB

extension SQLiteStoreReader {
    /// What is wrong with the file itself: pages, indexes that do not lead to their tables' rows, and
    /// tables or triggers that are not those of this program.
    ///
    /// Reads all of it.
    ///
    /// - Returns: At most `limit` faults, in SQLite's words; empty when there are none.
    public func fileFaults(limit: Int) async throws(StoreError) -> [String] {
        do throws(StoreError) {
            return try await read { database in
                let said = try String.fetchAll(
                    database,
                    sql: ConnectionStatements.integrityCheck(limit: limit)
                )
                let faults = said == ["ok"] ? [] : said
                return Array((faults + (try Self.schemaFaults(database))).prefix(limit))
            }
        } catch {
            guard error.reason == .damaged else { throw error }
            return [error.detail]
        }
    }

    /// Compares what the tables, indexes and triggers were made by with what makes them today.
    private static func schemaFaults(_ database: Database) throws -> [String] {
        let fresh = try DatabaseQueue()
        try StoreSchema.migrator.migrate(fresh)
        let wanted = try fresh.read(parts)
        let found = try parts(database)
        return Set(wanted.keys).union(found.keys).sorted().compactMap { name in
            switch (wanted[name], found[name]) {
            case (nil, _): "the schema has the \(name), which is not the program's"
            case (_, nil): "the schema lacks the \(name)"
            case (let wanted, let found): wanted == found ? nil : "the \(name) is another one"
            }
        }
    }

    private static func parts(_ database: Database) throws -> [String: String] {
        let select = try BoundStatement(database, ConnectionStatements.schemaParts)
        let parts = try select.all { row in
            (try row.text(0).string, row.isNull(1) ? "" : try row.text(1).string)
        }
        return Dictionary(parts, uniquingKeysWith: { first, _ in first })
    }
}
