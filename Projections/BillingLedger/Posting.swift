// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import OutcomeDomain

/// A booking for ever: one for each confirmed outcome, its lines adding up to zero (SPEC 6).
public struct Posting: Hashable, Sendable {
    /// The posting's id.
    public let id: PostingID
    /// Whose books it is in.
    public let account: AccountID
    /// The outcome it books.
    public let key: OutcomeKey
    /// The customer who pays.
    public let customer: CustomerKey
    /// The agent who earned it.
    public let agent: Slug
    /// The price of one unit.
    public let price: Decimal
    /// How many units.
    public let quantity: WideDecimal
    /// Price times quantity, exact.
    public let amount: WideDecimal
    /// The currency of price, amount and lines.
    public let currency: Currency
    /// The logical time of the settlement.
    public let settledAt: Timestamp
    /// When the settlement was written: what a statement's period goes by (SPEC 6).
    public let recordedAt: Timestamp
    /// The event behind it, for the auditor.
    public let source: PostingSource
    /// Debit and credit.
    public let lines: [LedgerLine]

    /// Puts a posting together with its two lines.
    public init(
        account: AccountID,
        key: OutcomeKey,
        customer: CustomerKey,
        agent: Slug,
        price: Decimal,
        charge: Charge,
        settledAt: Timestamp,
        recordedAt: Timestamp,
        source: PostingSource
    ) {
        self.init(
            id: PostingID(settlementOf: key, account: account),
            account: account,
            key: key,
            customer: customer,
            agent: agent,
            price: price,
            charge: charge,
            settledAt: settledAt,
            recordedAt: recordedAt,
            source: source,
            lines: [
                LedgerLine(ledgerAccount: .receivable(customer), amount: charge.amount),
                LedgerLine(ledgerAccount: .revenue(agent), amount: -charge.amount),
            ]
        )
    }

    /// Takes a posting as it was stored.
    public init(
        id: PostingID,
        account: AccountID,
        key: OutcomeKey,
        customer: CustomerKey,
        agent: Slug,
        price: Decimal,
        charge: Charge,
        settledAt: Timestamp,
        recordedAt: Timestamp,
        source: PostingSource,
        lines: [LedgerLine]
    ) {
        self.id = id
        self.account = account
        self.key = key
        self.customer = customer
        self.agent = agent
        self.price = price
        quantity = charge.quantity
        amount = charge.amount
        currency = charge.currency
        self.settledAt = settledAt
        self.recordedAt = recordedAt
        self.source = source
        self.lines = lines
    }

    /// Whether the lines add up to zero.
    public var isBalanced: Bool {
        lines.reduce(WideDecimal.zero) { $0 + $1.amount }.isZero
    }
}

/// The stored event that a posting comes from.
public struct PostingSource: Hashable, Sendable {
    /// The partition it lies in.
    public let partition: Partition
    /// Its place there.
    public let position: LogPosition
    /// Its hash.
    public let hash: Digest

    /// Names an event.
    public init(partition: Partition, position: LogPosition, hash: Digest) {
        self.partition = partition
        self.position = position
        self.hash = hash
    }
}
