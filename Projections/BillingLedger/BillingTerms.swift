// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// What the ledger keeps of an outcome from its opening to its end: who pays whom, and how much.
public struct BillingTerms: Hashable, Sendable {
    /// The customer who pays.
    public let customer: CustomerKey
    /// The agent who earns.
    public let agent: Slug
    /// The price of one unit.
    public let price: Decimal

    /// Puts terms together.
    public init(customer: CustomerKey, agent: Slug, price: Decimal) {
        self.customer = customer
        self.agent = agent
        self.price = price
    }
}

extension BillingTerms {
    /// Whether the ledger has anything to do with an event; most it has not.
    public static func concerns(_ event: OutcomeEvent) -> Bool {
        switch event {
        case .opened, .settled: true
        case .signalApplied, .signalDeadLettered, .signalRedriven, .signalDiscarded: false
        }
    }

    /// Takes one fact into an outcome's terms: opening sets them, the end removes them.
    ///
    /// - Returns: The posting of a confirmed outcome; nil for every other fact.
    /// - Throws: When an outcome opens twice or settles before it opens, or when the lines of the
    ///   posting do not add up to zero.
    public static func fold(
        _ terms: inout BillingTerms?,
        _ fact: RecordedFact
    ) throws(ProjectionFailure) -> Posting? {
        switch fact.fact.event {
        case .opened(let opened):
            guard terms == nil else { throw ProjectionFailure(fact, "the outcome is open already") }
            terms = BillingTerms(
                customer: opened.terms.customer,
                agent: opened.terms.agent,
                price: opened.terms.price
            )
            return nil
        case .settled(let settled):
            guard let held = terms else {
                throw ProjectionFailure(fact, "the outcome is not open")
            }
            terms = nil
            guard case .confirmed(let charge) = settled.ending else { return nil }
            return try posting(of: charge, terms: held, fact)
        case .signalApplied, .signalDeadLettered, .signalRedriven, .signalDiscarded:
            return nil
        }
    }

    private static func posting(
        of charge: Charge,
        terms: BillingTerms,
        _ fact: RecordedFact
    ) throws(ProjectionFailure) -> Posting {
        guard let key = OutcomeKey(fact.stream.key) else {
            throw ProjectionFailure(fact, "the stream's key is no outcome key")
        }
        guard charge.amount == WideDecimal(terms.price) * charge.quantity else {
            throw ProjectionFailure(fact, "the amount is not the price times the quantity")
        }
        let posting = Posting(
            account: fact.stream.account,
            key: key,
            customer: terms.customer,
            agent: terms.agent,
            price: terms.price,
            charge: charge,
            settledAt: fact.fact.time,
            recordedAt: fact.recordedAt,
            source: PostingSource(
                partition: fact.partition,
                position: fact.position,
                hash: fact.hash
            )
        )
        guard posting.isBalanced else {
            throw ProjectionFailure(fact, "the lines do not add up to zero")
        }
        return posting
    }
}
