// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// The port to the sums over the feed of outcomes.
///
/// They are kept while facts are folded in, so that asking for them costs what the days asked for
/// cost and not what the outcomes would. Days are UTC days since 1970-01-01.
public protocol OutcomeSums: Sendable {
    /// An account's outcomes by the day on which they opened, and by their state now; days without
    /// any are left out. `agent` nil is all agents.
    func outcomeCounts(
        of account: AccountID,
        agent: Slug?,
        openedOn days: ClosedRange<Int>
    ) async throws(StoreError) -> [Int: OutcomeCounts]

    /// All of an account's outcomes by agent and state.
    func outcomeCounts(of account: AccountID) async throws(StoreError) -> [Slug: OutcomeCounts]

    /// Money by the day of its settlement and by currency, in that order; days without any are left
    /// out.
    ///
    /// The first `OutcomeSumLimits.dayRows` only.
    func outcomeMoney(
        of account: AccountID,
        _ kind: OutcomeMoneyKind,
        on days: ClosedRange<Int>
    ) async throws(StoreError) -> [OutcomeMoney]
}

/// Bounds on what is read of the sums at once.
public enum OutcomeSumLimits {
    /// At most so many days, each once for every currency.
    public static let dayRows = 5_000
}

/// How many outcomes are in each state.
public struct OutcomeCounts: Hashable, Sendable {
    private var counts: [OutcomeState: Int] = [:]

    /// No outcome.
    public init() {}

    /// How many are in a state.
    public subscript(_ state: OutcomeState) -> Int { counts[state] ?? 0 }

    /// Counts more in a state.
    public mutating func add(_ count: Int, _ state: OutcomeState) {
        counts[state, default: 0] += count
    }

    /// Counts all of others as well.
    public mutating func add(_ others: OutcomeCounts) {
        for (state, count) in others.counts { add(count, state) }
    }

    /// How many there are.
    public var total: Int { counts.values.reduce(0, +) }

    /// How many have ended that were PENDING at some time: their condition had been true, so each was
    /// scheduled to be CONFIRMED once (SPEC 4, States).
    public var endedOncePending: Int { self[.confirmed] + self[.failed] }
}

/// Money of one day in one currency.
public struct OutcomeMoney: Hashable, Sendable {
    /// The UTC day of the settlement.
    public let day: Int
    /// The currency.
    public let currency: Currency
    /// How many outcomes it is of.
    public let outcomes: Int
    /// The exact sum.
    public let amount: WideDecimal

    /// Puts money together.
    public init(day: Int, currency: Currency, outcomes: Int, amount: WideDecimal) {
        self.day = day
        self.currency = currency
        self.outcomes = outcomes
        self.amount = amount
    }
}
