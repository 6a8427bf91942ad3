// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What one outcome adds to the sums of the feed, as far as it has come.
///
/// An outcome counts under its state. Its money counts while it is scheduled to be confirmed, by the
/// day it would settle on; and once it is confirmed, by the day it has settled on.
public struct OutcomeShare: Hashable, Sendable {
    /// Money on one UTC day, in days since 1970-01-01.
    public struct Money: Hashable, Sendable {
        /// What it is.
        public let kind: OutcomeMoneyKind
        /// The day of the settlement.
        public let day: Int
        /// How many units.
        public let quantity: WideDecimal
    }

    /// The state it counts under.
    public let state: OutcomeState
    /// Its money; nil while there is nothing to be paid.
    public let money: Money?

    /// The share of an outcome.
    public init(_ progress: OutcomeProgress) {
        state = progress.state
        if progress.state == .pending, progress.scheduledResolution == .confirmed {
            money = Money(
                kind: .pending,
                day: progress.settlesAt.utcDay,
                quantity: progress.attribution.quantity
            )
        } else if let settledAt = progress.settledAt, let quantity = progress.quantity {
            money = Money(kind: .confirmed, day: settledAt.utcDay, quantity: quantity)
        } else {
            money = nil
        }
    }
}

/// What money of outcomes is.
public enum OutcomeMoneyKind: Hashable, Sendable, CaseIterable {
    /// Of PENDING outcomes that would be CONFIRMED if their window ended now, priced by the quantity
    /// so far.
    case pending
    /// Of CONFIRMED outcomes: what was billed.
    case confirmed
}
