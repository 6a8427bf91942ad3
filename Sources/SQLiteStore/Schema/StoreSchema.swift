// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Every migration of a store, in order, and the marks that tell a store from other files.
enum StoreSchema {
    /// "ASSY", in the header of the database file.
    static let applicationID: Int64 = 0x4153_5359

    /// Every page that a commit changes is written whole, so small ones; fixed when a store is
    /// created.
    static let pageBytes = 4096

    /// The event store's migrations.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration(Migration001.identifier, migrate: Migration001.migrate)
        return migrator
    }

    /// The statement that marks a new database file.
    static func markNewFile(applicationID: Int64) -> String {
        """
        PRAGMA page_size = \(pageBytes);
        PRAGMA application_id = \(applicationID);
        """
    }
}
