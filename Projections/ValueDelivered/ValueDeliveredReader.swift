// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import ProjectionKit

/// The port to what was delivered (SPEC 7): records, and sums that are kept with them.
///
/// `user`: Only what belongs to this user; nil for the whole account, with what belongs to nobody.
public protocol ValueDeliveredReader: Sendable {
    /// A page of records, newest first: by `createdAt`, then by the place of their facts.
    ///
    /// The cursor has to be one of `.values`.
    ///
    /// `limit`: At most this many; held to 1...`PageLimits.maximumRows`.
    func values(
        of account: AccountID,
        user: Int64?,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<ValueRecord>

    /// One record; nil when the account has none of that id.
    func value(_ eventID: EventID, account: AccountID) async throws(StoreError) -> ValueRecord?

    /// The sums by month and kind of work, in the order of months and of the kinds' names; what has
    /// no record is absent.
    ///
    /// `months`: At most the last `ValueTotalLimits.months` of them are looked at.
    func monthTotals(
        of account: AccountID,
        user: Int64?,
        in months: ClosedRange<Month>
    ) async throws(StoreError) -> [ValueMonthTotal]

    /// A page of a month's sums by agent: first of the records that name none, then by number.
    ///
    /// The cursor has to be one of `.valueAgents`, and of the same month.
    ///
    /// `limit`: At most this many; held to 1...`PageLimits.maximumRows`.
    func agentTotals(
        of account: AccountID,
        user: Int64?,
        in month: Month,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<ValueAgentTotal>
}

/// Bounds on what is read of sums.
public enum ValueTotalLimits {
    /// At most so many months in one call: ten years, with six kinds of work each.
    public static let months = 120
}
