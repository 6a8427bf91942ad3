// SPDX-License-Identifier: Apache-2.0

extension SQLiteStore {
    /// The read models in the file beside this store.
    public var views: SQLiteReadModels { SQLiteReadModels(file: readModels, log: self) }

    /// The projections whose rows are being built anew at the moment.
    public var rebuilding: [String] { views.rebuilding }

    /// The outcomes feed of this store.
    public var outcomesFeed: SQLiteOutcomesFeed { views.outcomesFeed }

    /// The billing ledger of this store.
    public var billingLedger: SQLiteBillingLedger { views.billingLedger }

    /// The dead letters of this store.
    public var deadLetters: SQLiteDeadLetters { views.deadLetters }
}
