// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// What was booked for one customer, agent and currency.
public struct Balance: Hashable, Sendable {
    /// The customer.
    public let customer: CustomerKey
    /// The agent.
    public let agent: Slug
    /// How much, and how often.
    public let total: CurrencyTotal

    /// Puts a balance together.
    public init(customer: CustomerKey, agent: Slug, total: CurrencyTotal) {
        self.customer = customer
        self.agent = agent
        self.total = total
    }
}

/// What was booked in one currency.
public struct CurrencyTotal: Hashable, Sendable {
    /// The currency.
    public let currency: Currency
    /// The sum of the debits of receivables, exact.
    public let receivable: WideDecimal
    /// How many postings are in it.
    public let postings: Int

    /// Puts a total together.
    public init(currency: Currency, receivable: WideDecimal, postings: Int) {
        self.currency = currency
        self.receivable = receivable
        self.postings = postings
    }

    /// The sum of the credits of revenues: the receivable with the opposite sign.
    public var revenue: WideDecimal { -receivable }
}

/// A page of balances, with the totals of everything that passes the filter.
public struct BalancesPage: Hashable, Sendable {
    /// Ordered by customer, agent and currency, each by bytes.
    public let balances: [Balance]
    /// One for each currency, by code; of the whole list, not of the page.
    public let totals: [CurrencyTotal]
    /// Where the next page begins; nil when there is nothing more.
    public let next: PageCursor?

    /// Puts a page together.
    public init(balances: [Balance], totals: [CurrencyTotal], next: PageCursor?) {
        self.balances = balances
        self.totals = totals
        self.next = next
    }
}
