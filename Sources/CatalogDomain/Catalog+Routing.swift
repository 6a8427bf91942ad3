// SPDX-License-Identifier: Apache-2.0

public import OutcomeDomain

extension Catalog {
    /// What the catalog says, as of a version, of a signal that finds no outcome (SPEC 4, Which
    /// agent; Dead letters).
    ///
    /// - Parameters:
    ///   - signal: The signal; its agent and customer are looked up, its action helps to infer.
    ///   - version: The catalog version the record carries. That this catalog has reached it is the
    ///     caller's duty.
    /// - Returns: The terms, or the first code that applies in the order of `DeadLetterCode`.
    public func routing(for signal: Signal, at version: Int) -> Routing {
        let agent: Agent
        if let named = signal.agent {
            guard let found = activeAgent(named, at: version) else {
                return .unroutable(.agentNotFound, catalogVersion: version)
            }
            agent = found
        } else {
            guard let inferred = inferredAgent(by: signal.action, at: version) else {
                return .unroutable(.agentAmbiguous, catalogVersion: version)
            }
            agent = inferred
        }
        guard let customer = customerTable[signal.customer]?.entity(at: version),
            !customer.isArchived
        else { return .unroutable(.customerNotFound, catalogVersion: version) }
        // An archived rate card is in force all the same (SPEC 2).
        guard let key = customer.rateCard, let card = rateCardTable[key]?.entity(at: version)
        else { return .unroutable(.rateCardNotFound, catalogVersion: version) }
        guard let price = card.price(of: agent.key) else {
            return .unroutable(.rateCardEntryNotFound, catalogVersion: version)
        }
        return .terms(
            OutcomeTerms(
                agent: agent.key,
                agentInferred: signal.agent == nil,
                customer: customer.key,
                contractVersion: agent.contractVersion,
                contract: agent.contract,
                rateCard: card.key,
                rateCardVersion: card.version,
                price: price,
                currency: card.currency,
                catalogVersion: version
            )
        )
    }

    /// The only agent of the account, whatever its condition; otherwise the only one whose
    /// condition mentions the action.
    ///
    /// Archived agents are not inferred.
    private func inferredAgent(by action: Action, at version: Int) -> Agent? {
        let key = activeAgents.agent(at: version) ?? mentions[action]?.agent(at: version)
        return key.flatMap { activeAgent($0, at: version) }
    }

    private func activeAgent(_ key: Slug, at version: Int) -> Agent? {
        guard let agent = agentTable[key]?.entity(at: version), !agent.isArchived else {
            return nil
        }
        return agent
    }
}
