// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// One outcome of the feed: what was fixed when it opened, and how far it has come.
public struct OutcomeRow: Hashable, Sendable {
    /// Whose outcome it is.
    public let account: AccountID
    /// Its key.
    public let key: OutcomeKey
    /// When its earliest applied signal was received.
    public let openedAt: Timestamp
    /// The agent whose contract holds.
    public let agent: Slug
    /// Whether the agent was inferred because no signal named it.
    public let agentInferred: Bool
    /// The customer who pays.
    public let customer: CustomerKey
    /// The number of the agent's contract version.
    public let contractVersion: Int
    /// The SHA-256 of the canonical contract.
    public let contractHash: Digest
    /// The price of one unit.
    public let price: Decimal
    /// The currency of price and amount.
    public let currency: Currency
    /// What changes.
    public var progress: OutcomeProgress

    /// Puts a row together.
    public init(
        account: AccountID,
        key: OutcomeKey,
        openedAt: Timestamp,
        agent: Slug,
        agentInferred: Bool,
        customer: CustomerKey,
        contractVersion: Int,
        contractHash: Digest,
        price: Decimal,
        currency: Currency,
        progress: OutcomeProgress
    ) {
        self.account = account
        self.key = key
        self.openedAt = openedAt
        self.agent = agent
        self.agentInferred = agentInferred
        self.customer = customer
        self.contractVersion = contractVersion
        self.contractHash = contractHash
        self.price = price
        self.currency = currency
        self.progress = progress
    }
}

/// A row as it is read: with its contract, which is kept once for all that share it.
public struct OutcomeView: Hashable, Sendable {
    /// The row.
    public let row: OutcomeRow
    /// The canonical contract as JSON.
    public let contract: [UInt8]

    /// Puts a view together.
    public init(row: OutcomeRow, contract: [UInt8]) {
        self.row = row
        self.contract = contract
    }
}
