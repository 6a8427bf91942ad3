// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import ProjectionKit

/// The schema and the statements of the catalog of copies.
enum ReadModelCatalogStatements {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("001 catalog of copies") { database in
            for statement in [createOrigin, createCopies] {
                try database.execute(sql: statement)
            }
        }
        return migrator
    }

    private static let createOrigin = """
        CREATE TABLE origin (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            store BLOB NOT NULL CHECK (length(store) = 32)
        ) STRICT
        """

    private static let createCopies = """
        CREATE TABLE copies (
            projection TEXT NOT NULL PRIMARY KEY,
            live INTEGER NOT NULL CHECK (live BETWEEN 0 AND 1),
            stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 3),
            accepts_difference INTEGER NOT NULL CHECK (accepts_difference BETWEEN 0 AND 1),
            compared_rows INTEGER,
            compared_differences INTEGER,
            compared_digest BLOB CHECK (length(compared_digest) = 32)
        ) STRICT, WITHOUT ROWID
        """

    static let select = """
        SELECT live, stage, accepts_difference, compared_rows, compared_differences, compared_digest
        FROM copies WHERE projection = ?1
        """

    static let set = """
        INSERT INTO copies (projection, live, stage, accepts_difference, compared_rows,
            compared_differences, compared_digest)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO UPDATE SET live = excluded.live, stage = excluded.stage,
            accepts_difference = excluded.accepts_difference,
            compared_rows = excluded.compared_rows,
            compared_differences = excluded.compared_differences,
            compared_digest = excluded.compared_digest
        """

    /// What is known of a read model; one that was never rebuilt has no row.
    static func entry(
        of model: ReadModelName,
        _ database: Database
    ) throws -> ReadModelCatalog.Entry {
        let statement = try BoundStatement(database, select)
        statement.bind(1, Text(model.projection))
        let found = try statement.first { row in
            guard let side = ReadModelCatalog.Side(rawValue: row.integer(0)),
                let stage = RebuildRecord.Stage(rawValue: row.integer(1))
            else { throw StoreError(.damaged, detail: "the catalog of copies") }
            let verdict =
                row.isNull(5)
                ? nil
                : RebuildRecord.Verdict(
                    rows: row.integer(3),
                    differences: row.integer(4),
                    digest: try row.digest(5)
                )
            return ReadModelCatalog.Entry(
                live: side,
                rebuild: RebuildRecord(
                    stage: stage,
                    acceptsDifference: row.integer(2) != 0,
                    verdict: verdict
                )
            )
        }
        return found ?? ReadModelCatalog.Entry()
    }

    static func set(
        _ entry: ReadModelCatalog.Entry,
        of model: ReadModelName,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, set)
        statement.bind(1, Text(model.projection))
        statement.bind(2, entry.live.rawValue)
        statement.bind(3, entry.rebuild.stage.rawValue)
        statement.bind(4, entry.rebuild.acceptsDifference ? 1 : 0)
        if let verdict = entry.rebuild.verdict {
            statement.bind(5, verdict.rows)
            statement.bind(6, verdict.differences)
            statement.bind(7, verdict.digest)
        } else {
            for place in Int32(5)...7 { statement.bindNull(place) }
        }
        try statement.run()
    }
}
