// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// The port to the ledger.
public protocol BillingLedgerReader: Sendable {
    /// The last place of each partition that is in the books; an absent partition is at its start.
    func checkpoints() async throws(StoreError) -> [Partition: LogPosition]

    /// One posting; nil when the account has none of that id.
    func posting(_ id: PostingID, account: AccountID) async throws(StoreError) -> Posting?

    /// A page of an account's postings, newest first: by `recorded_at`, then by id, descending.
    ///
    /// The outcome's posting is looked up if the filter names a key; else the customer's index is
    /// walked, else the agent's, else the account's, with at most `PageLimits.examinedLimitRows`
    /// rows examined in one call. So a page may be short, or empty, and have a next one. The cursor
    /// has to be one of `.postings`.
    ///
    /// `limit`: At most this many postings; held to 1...`PageLimits.maximumRows`.
    func postings(
        of account: AccountID,
        filter: LedgerFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<Posting>

    /// A page of an account's balances, by customer, agent and currency.
    ///
    /// Whole UTC days come from daily sums; only the parts of days at both ends of the period are
    /// added up posting by posting. Totals are those of the whole list. Combinations without a
    /// posting in the period are left out. The cursor has to be one of `.balances`.
    ///
    /// `limit`: At most this many balances; held to 1...`PageLimits.maximumRows`.
    func balances(
        of account: AccountID,
        filter: LedgerFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> BalancesPage
}

/// Which postings are wanted; all that is given has to hold.
public struct LedgerFilter: Hashable, Sendable {
    /// Of this customer.
    public var customer: CustomerKey?
    /// Of this agent.
    public var agent: Slug?
    /// Of this outcome.
    public var key: OutcomeKey?
    /// Recorded at this instant or later.
    public var from: Timestamp?
    /// Recorded before this instant.
    public var to: Timestamp?

    /// Puts a filter together; without arguments everything passes.
    public init(
        customer: CustomerKey? = nil,
        agent: Slug? = nil,
        key: OutcomeKey? = nil,
        from: Timestamp? = nil,
        to: Timestamp? = nil
    ) {
        self.customer = customer
        self.agent = agent
        self.key = key
        self.from = from
        self.to = to
    }
}

extension LedgerFilter {
    /// Whether a posting is wanted.
    public func passes(_ posting: Posting) -> Bool {
        if let customer, posting.customer != customer { return false }
        if let agent, posting.agent != agent { return false }
        if let key, posting.key != key { return false }
        if let from, posting.recordedAt < from { return false }
        if let to, posting.recordedAt >= to { return false }
        return true
    }
}
