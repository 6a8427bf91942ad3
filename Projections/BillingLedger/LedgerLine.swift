// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// One side of a posting: debits are above zero, credits below.
public struct LedgerLine: Hashable, Sendable {
    /// The account of the books it is on.
    public let ledgerAccount: LedgerAccount
    /// The exact amount, never rounded (SPEC 6).
    public let amount: WideDecimal

    /// Puts a line together.
    public init(ledgerAccount: LedgerAccount, amount: WideDecimal) {
        self.ledgerAccount = ledgerAccount
        self.amount = amount
    }
}

/// An account of the double-entry books (not a tenant).
public enum LedgerAccount: Hashable, Sendable, CustomStringConvertible {
    /// What a customer owes.
    case receivable(CustomerKey)
    /// What an agent has earned.
    case revenue(Slug)

    /// `receivable:` and the customer, or `revenue:` and the agent.
    public var description: String {
        switch self {
        case .receivable(let customer): "receivable:" + customer.text.string
        case .revenue(let agent): "revenue:" + agent.text.string
        }
    }

    /// Reads what `description` has written; nil for anything else.
    public init?(_ text: Text) {
        let parts = text.string.utf8.split(
            separator: 0x3A,
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, let name = Text(utf8: Array(parts[1])) else { return nil }
        if parts[0].elementsEqual("receivable".utf8), let customer = CustomerKey(name) {
            self = .receivable(customer)
        } else if parts[0].elementsEqual("revenue".utf8), let agent = Slug(name) {
            self = .revenue(agent)
        } else {
            return nil
        }
    }
}
