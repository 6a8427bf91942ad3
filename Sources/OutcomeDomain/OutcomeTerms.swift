// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What an outcome copies from the catalog when it opens; it depends on nothing else afterwards
/// (SPEC 4).
///
/// A state is handed around at every decision, so a copy of these is one reference.
public struct OutcomeTerms: Hashable, Sendable {
    /// The agent whose contract holds.
    public var agent: Slug { parts.contents.agent }
    /// Whether the agent was inferred because no signal named it.
    public var agentInferred: Bool { parts.contents.agentInferred }
    /// The customer who pays.
    public var customer: CustomerKey { parts.contents.customer }
    /// The number of the agent's contract version.
    public var contractVersion: Int { parts.contents.contractVersion }
    /// The contract itself.
    public var contract: Contract { parts.contents.contract }
    /// The rate card the price is from.
    public var rateCard: Slug { parts.contents.rateCard }
    /// The number of the rate card's version.
    public var rateCardVersion: Int { parts.contents.rateCardVersion }
    /// The price of one unit, exact, >= 0.
    public var price: Decimal { parts.contents.price }
    /// The currency of the price, with its exponent.
    public var currency: Currency { parts.contents.currency }
    /// The catalog version all of this was read at.
    public var catalogVersion: Int { parts.contents.catalogVersion }

    private let parts: Parts

    private struct Contents: Hashable, Sendable {
        let agent: Slug
        let agentInferred: Bool
        let customer: CustomerKey
        let contractVersion: Int
        let contract: Contract
        let rateCard: Slug
        let rateCardVersion: Int
        let price: Decimal
        let currency: Currency
        let catalogVersion: Int
    }

    private final class Parts: Sendable {
        let contents: Contents

        init(_ contents: Contents) { self.contents = contents }
    }

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
        parts = Parts(
            Contents(
                agent: agent,
                agentInferred: agentInferred,
                customer: customer,
                contractVersion: contractVersion,
                contract: contract,
                rateCard: rateCard,
                rateCardVersion: rateCardVersion,
                price: price,
                currency: currency,
                catalogVersion: catalogVersion
            )
        )
    }

    /// Whether two terms say the same.
    public static func == (left: OutcomeTerms, right: OutcomeTerms) -> Bool {
        left.parts === right.parts || left.parts.contents == right.parts.contents
    }

    /// Hashes what the terms say.
    public func hash(into hasher: inout Hasher) { parts.contents.hash(into: &hasher) }
}

/// What the catalog says of a signal that finds no outcome: the terms, or why there are none.
public enum Routing: Hashable, Sendable {
    /// The signal can open its outcome on these terms.
    case terms(OutcomeTerms)
    /// It cannot, for the first reason in the order of `DeadLetterCode`, as of this catalog version.
    case unroutable(DeadLetterCode, catalogVersion: Int)
}
