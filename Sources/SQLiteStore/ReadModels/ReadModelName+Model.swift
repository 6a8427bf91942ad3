// SPDX-License-Identifier: Apache-2.0

import ProjectionKit

extension ReadModelName {
    /// The folds of this read model, on the rows of a store.
    func readModel(in store: ReadModelStore) -> any ReadModel {
        switch self {
        case .feed: SQLiteOutcomesFeed(store: store)
        case .ledger: SQLiteBillingLedger(store: store)
        case .deadLetters: SQLiteDeadLetters(store: store)
        case .journeys: SQLiteJourneys(store: store)
        case .value: SQLiteValueDelivered(store: store)
        }
    }
}
