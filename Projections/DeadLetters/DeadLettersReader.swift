// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// The port to the outstanding dead letters.
public protocol DeadLettersReader: Sendable {
    /// One outstanding dead letter; nil when the account has none of that id.
    func deadLetter(
        _ eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> DeadLetter?

    /// A page of an account's dead letters, newest first: by `received_at`, then by event id,
    /// descending.
    ///
    /// The group's index is walked if the filter names one, else the key's, else the customer's,
    /// else the code's, else the account's, with at most `PageLimits.examinedLimitRows` rows examined in one call. So a
    /// page may be short, or empty, and have a next one. The cursor has to be one of `.deadLetters`.
    ///
    /// `limit`: At most this many; held to 1...`PageLimits.maximumRows`.
    func deadLetters(
        of account: AccountID,
        filter: DeadLetterFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<DeadLetter>

    /// A page of the groups of an account's dead letters, by code and by what is missing.
    ///
    /// Counts are kept, and nothing is scanned: a group costs two look-ups. The cursor has to be
    /// one of `.deadLetterGroups`; it stays good while groups come and go.
    ///
    /// `limit`: At most this many; held to 1...`PageLimits.maximumRows`.
    func deadLetterGroups(
        of account: AccountID,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<GroupedDeadLetters>

    /// One group of an account's dead letters; nil when it has none of that id.
    func deadLetterGroup(
        _ id: DeadLetterGroupID,
        of account: AccountID
    ) async throws(StoreError) -> GroupedDeadLetters?

    /// How many are outstanding under each code; a code with none is absent.
    func deadLetterCounts(
        of account: AccountID
    ) async throws(StoreError) -> [DeadLetterCode: Int]

    /// How many are outstanding under each code, over all accounts: for the metrics.
    func deadLetterCounts() async throws(StoreError) -> [DeadLetterCode: Int]
}

/// Which dead letters are wanted; all that is given has to hold.
public struct DeadLetterFilter: Hashable, Sendable {
    /// Of this group.
    public var group: DeadLetterGroupID?
    /// With this code.
    public var code: DeadLetterCode?
    /// For this outcome key.
    public var key: OutcomeKey?
    /// Naming this customer.
    public var customer: CustomerKey?
    /// Naming this agent.
    public var agent: Slug?
    /// With this action.
    public var action: Action?
    /// Received at this instant or later.
    public var receivedFrom: Timestamp?
    /// Received before this instant.
    public var receivedBefore: Timestamp?

    /// Puts a filter together; without arguments everything passes.
    public init(
        group: DeadLetterGroupID? = nil,
        code: DeadLetterCode? = nil,
        key: OutcomeKey? = nil,
        customer: CustomerKey? = nil,
        agent: Slug? = nil,
        action: Action? = nil,
        receivedFrom: Timestamp? = nil,
        receivedBefore: Timestamp? = nil
    ) {
        self.group = group
        self.code = code
        self.key = key
        self.customer = customer
        self.agent = agent
        self.action = action
        self.receivedFrom = receivedFrom
        self.receivedBefore = receivedBefore
    }
}
