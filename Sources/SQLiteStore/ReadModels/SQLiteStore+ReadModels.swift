// SPDX-License-Identifier: Apache-2.0

import ProjectionKit

extension SQLiteStore {
    /// The projections whose rows are being built anew at the moment.
    public var rebuilding: [String] { readModels.rebuild.projections }

    /// The outcomes feed of this store.
    public var outcomesFeed: SQLiteOutcomesFeed {
        SQLiteOutcomesFeed(store: readModelStore(of: SQLiteOutcomesFeed.name))
    }

    /// The billing ledger of this store.
    public var billingLedger: SQLiteBillingLedger {
        SQLiteBillingLedger(store: readModelStore(of: SQLiteBillingLedger.name))
    }

    /// The dead letters of this store.
    public var deadLetters: SQLiteDeadLetters {
        SQLiteDeadLetters(store: readModelStore(of: SQLiteDeadLetters.name))
    }

    private func readModelStore(of projection: String) -> ReadModelStore {
        ReadModelStore(
            file: readModels,
            log: writer,
            partitioning: partitioning,
            numbers: numbers,
            tables: .live,
            projection: projection
        )
    }
}
