// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What an outcome is decided by in place of what it copied from the catalog.
public struct CandidateTerms: Hashable, Sendable {
    /// The contract.
    public let contract: Contract
    /// What a unit costs; nil leaves each outcome its own price.
    public let price: CandidatePrice?

    /// Puts the terms together.
    public init(contract: Contract, price: CandidatePrice? = nil) {
        self.contract = contract
        self.price = price
    }

    /// An outcome's terms with these in their place.
    func replacing(_ terms: OutcomeTerms) -> OutcomeTerms {
        OutcomeTerms(
            agent: terms.agent,
            agentInferred: terms.agentInferred,
            customer: terms.customer,
            contractVersion: terms.contractVersion,
            contract: contract,
            rateCard: terms.rateCard,
            rateCardVersion: terms.rateCardVersion,
            price: price?.perUnit ?? terms.price,
            currency: price?.currency ?? terms.currency,
            catalogVersion: terms.catalogVersion
        )
    }
}

/// What a unit would cost.
public struct CandidatePrice: Hashable, Sendable {
    /// The price of one unit, exact, >= 0.
    public let perUnit: Decimal
    /// Its currency.
    public let currency: Currency

    /// Puts a price together.
    public init(perUnit: Decimal, currency: Currency) {
        self.perUnit = perUnit
        self.currency = currency
    }
}
