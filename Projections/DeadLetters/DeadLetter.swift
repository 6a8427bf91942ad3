// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// An outstanding dead letter: accepted, not applied, not discarded (SPEC 4, Dead letters).
public struct DeadLetter: Hashable, Sendable {
    /// Whose signal it is.
    public let account: AccountID
    /// The accepted event's id, which is the dead letter's.
    public let eventID: EventID
    /// The key it was for.
    public let key: OutcomeKey
    /// Why it was not applied.
    public var code: DeadLetterCode
    /// What it says happened.
    public let action: Action
    /// The customer it names.
    public let customer: CustomerKey
    /// The agent it names, if any.
    public let agent: Slug?
    /// When it was accepted.
    public let receivedAt: Timestamp
    /// Whether it waits on its key for a signal that opens the outcome.
    public let parked: Bool

    /// Puts a dead letter together.
    public init(
        account: AccountID,
        eventID: EventID,
        key: OutcomeKey,
        code: DeadLetterCode,
        action: Action,
        customer: CustomerKey,
        agent: Slug?,
        receivedAt: Timestamp,
        parked: Bool
    ) {
        self.account = account
        self.eventID = eventID
        self.key = key
        self.code = code
        self.action = action
        self.customer = customer
        self.agent = agent
        self.receivedAt = receivedAt
        self.parked = parked
    }
}
