// SPDX-License-Identifier: Apache-2.0

/// The read models, by the names an operator knows them by.
public enum ReadModelName: String, CaseIterable, Sendable {
    /// The outcomes feed.
    case feed
    /// The billing ledger.
    case ledger
    /// The outstanding dead letters.
    case deadLetters = "dead-letters"
    /// The index of journeys.
    case journeys
    /// Delivered value.
    case value

    /// The name of its projection in metrics, health and checkpoints.
    public var projection: String {
        switch self {
        case .feed: SQLiteOutcomesFeed.name
        case .ledger: SQLiteBillingLedger.name
        case .deadLetters: SQLiteDeadLetters.name
        case .journeys: SQLiteJourneys.name
        case .value: SQLiteValueDelivered.name
        }
    }

    /// Whether an event of an outcome shows there: delivered value only passes it by.
    var showsOutcomes: Bool { self != .value }
}
