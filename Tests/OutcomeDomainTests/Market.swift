// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// What stands in for the catalog: who exists, and one price for everybody.
struct Market: Sendable {
    var agents: [Slug: Contract]
    var customers: Set<CustomerKey> = [customer("acme")]
    var price: Decimal = 2
    var currency: Currency = OutcomeDomainTests.currency("USD")
    /// When set, nothing can be routed, for this reason.
    var closed: DeadLetterCode?
    var version = 1

    init(_ contract: Contract) { agents = [slug("support"): contract] }

    func routing(_ signal: Signal) -> Routing {
        if let closed { return .unroutable(closed, catalogVersion: version) }
        let known = agents.keys.sorted()
        guard let agent = signal.agent ?? (known.count == 1 ? known.first : nil) else {
            return .unroutable(.agentAmbiguous, catalogVersion: version)
        }
        guard let contract = agents[agent] else {
            return .unroutable(.agentNotFound, catalogVersion: version)
        }
        guard customers.contains(signal.customer) else {
            return .unroutable(.customerNotFound, catalogVersion: version)
        }
        return .terms(
            OutcomeTerms(
                agent: agent,
                agentInferred: signal.agent == nil,
                customer: signal.customer,
                contractVersion: 1,
                contract: contract,
                rateCard: slug("standard"),
                rateCardVersion: 1,
                price: price,
                currency: currency,
                catalogVersion: version
            )
        )
    }
}
