// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// The port to the feed of outcomes.
///
/// Newest first: by `opened_at`, then by the key's bytes, both descending (SPEC 8).
public protocol OutcomesFeedReader: Sendable {
    /// One outcome; nil when the account has none of that key.
    func outcome(_ key: OutcomeKey, account: AccountID) async throws(StoreError) -> OutcomeView?

    /// A page of an account's outcomes that pass the filter.
    ///
    /// The index of the customer is walked if the filter names one, else the agent's, else the
    /// state's, else the account's; what else the filter asks is looked at row by row, at most
    /// `PageLimits.examinedLimitRows` in one call. So a page may be short, or empty, and have a next
    /// one. The cursor has to be one of `.outcomes`.
    ///
    /// `limit`: At most this many outcomes; held to 1...`PageLimits.maximumRows`.
    func outcomes(
        of account: AccountID,
        filter: OutcomeFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<OutcomeView>
}

/// Which outcomes are wanted; all that is given has to hold.
public struct OutcomeFilter: Hashable, Sendable {
    /// In this state.
    public var state: OutcomeState?
    /// Of this agent.
    public var agent: Slug?
    /// Of this customer.
    public var customer: CustomerKey?
    /// Last fact later than this.
    public var updatedAfter: Timestamp?
    /// Last fact earlier than this.
    public var updatedBefore: Timestamp?

    /// Puts a filter together; without arguments everything passes.
    public init(
        state: OutcomeState? = nil,
        agent: Slug? = nil,
        customer: CustomerKey? = nil,
        updatedAfter: Timestamp? = nil,
        updatedBefore: Timestamp? = nil
    ) {
        self.state = state
        self.agent = agent
        self.customer = customer
        self.updatedAfter = updatedAfter
        self.updatedBefore = updatedBefore
    }
}
