// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// The changes of the catalog that a bundle holds, and what they say of an outcome's terms.
struct BundledCatalog: Sendable {
    /// At most so many changes are in one bundle.
    static let limitEvents = 1_000_000

    private var agents: [Slug: Revisions<AgentPut>] = [:]
    private var customers: [CustomerKey: Revisions<CustomerPut>] = [:]
    private var rateCards: [Slug: Revisions<RateCardPut>] = [:]
    private(set) var account: AccountCreated?
    private(set) var count = 0

    /// Takes a change in; says what is wrong when it has no place here.
    mutating func take(_ fact: CatalogFact) -> String? {
        count += 1
        guard count <= Self.limitEvents else { return "is one too many" }
        let isNew: Bool
        switch fact.event {
        case .accountCreated(let created):
            isNew = account == nil && fact.version == 1
            account = created
        case .agentPut(let put):
            isNew = agents[put.agent, default: Revisions()].insert(put, at: fact.version)
        case .customerPut(let put):
            isNew = customers[put.customer, default: Revisions()].insert(put, at: fact.version)
        case .rateCardPut(let put):
            isNew = rateCards[put.rateCard, default: Revisions()].insert(put, at: fact.version)
        case .agentArchived, .customerArchived, .rateCardArchived, .tokenCreated, .tokenRevoked,
            .personalDataErased:
            return "is nothing that an outcome depends on"
        }
        return isNew ? nil : "stands here twice"
    }

    /// The member of an outcome's terms that is not what the latest change at or before their
    /// catalog version says, and what is wrong with it; nil when all is right.
    func fault(in terms: OutcomeTerms) -> (field: String, what: String)? {
        let version = terms.catalogVersion
        guard let agent = agents[terms.agent]?.latest(at: version) else {
            return ("agent_key", "the bundle does not hold the agent's contract")
        }
        guard agent.contractVersion == terms.contractVersion else {
            return ("contract_version", "the catalog says \(agent.contractVersion)")
        }
        guard agent.contract == terms.contract else {
            return ("contract", "the catalog has another one of that number")
        }
        guard let customer = customers[terms.customer]?.latest(at: version) else {
            return ("customer_key", "the bundle does not hold the customer")
        }
        guard customer.rateCard == terms.rateCard else {
            return ("rate_card_key", "the catalog says \(customer.rateCard?.text.string ?? "none")")
        }
        guard let card = rateCards[terms.rateCard]?.latest(at: version) else {
            return ("rate_card_key", "the bundle does not hold the rate card")
        }
        guard card.version == terms.rateCardVersion else {
            return ("rate_card_version", "the catalog says \(card.version)")
        }
        guard card.currency == terms.currency else {
            return ("currency", "the catalog says \(card.currency)")
        }
        let price = card.entries.first { $0.agent == terms.agent }?.price
        guard price == terms.price else {
            return ("price_per_unit", "the catalog says \(price?.description ?? "nothing")")
        }
        return nil
    }
}

/// What one name of the catalog was, version by version.
private struct Revisions<Put: Sendable>: Sendable {
    private var puts: [(version: Int, put: Put)] = []

    /// Adds a revision; false when there is one of that version.
    mutating func insert(_ put: Put, at version: Int) -> Bool {
        let index = count(through: version)
        if index > 0, puts[index - 1].version == version { return false }
        puts.insert((version, put), at: index)
        return true
    }

    /// The latest revision at or before a version.
    func latest(at version: Int) -> Put? {
        let count = count(through: version)
        return count > 0 ? puts[count - 1].put : nil
    }

    private func count(through version: Int) -> Int {
        var range = 0..<puts.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if puts[middle].version <= version {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }
}
