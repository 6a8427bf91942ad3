// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What an outcome copies from the catalog when it opens; it depends on nothing else afterwards
/// (SPEC 4).
public struct OutcomeTerms: Hashable, Sendable {
    /// The agent whose contract holds.
    public let agent: Slug
    /// Whether the agent was inferred because no signal named it.
    public let agentInferred: Bool
    /// The customer who pays.
    public let customer: CustomerKey
    /// The number of the agent's contract version.
    public let contractVersion: Int
    /// The contract itself.
    public let contract: Contract
    /// The rate card the price is from.
    public let rateCard: Slug
    /// The number of the rate card's version.
    public let rateCardVersion: Int
    /// The price of one unit, exact, >= 0.
    public let price: Decimal
    /// The currency of the price, with its exponent.
    public let currency: Currency
    /// The catalog version all of this was read at.
    public let catalogVersion: Int

    /// Puts the terms together.
    public init(
        agent: Slug,
        agentInferred: Bool,
        customer: CustomerKey,
        contractVersion: Int,
        contract: Contract,
        rateCard: Slug,
        rateCardVersion: Int,
        price: Decimal,
        currency: Currency,
        catalogVersion: Int
    ) {
        self.agent = agent
        self.agentInferred = agentInferred
        self.customer = customer
        self.contractVersion = contractVersion
        self.contract = contract
        self.rateCard = rateCard
        self.rateCardVersion = rateCardVersion
        self.price = price
        self.currency = currency
        self.catalogVersion = catalogVersion
    }
}

/// What the catalog says of a signal that finds no outcome: the terms, or why there are none.
public enum Routing: Hashable, Sendable {
    /// The signal can open its outcome on these terms.
    case terms(OutcomeTerms)
    /// It cannot, for the first reason in the order of `DeadLetterCode`, as of this catalog version.
    case unroutable(DeadLetterCode, catalogVersion: Int)
}
