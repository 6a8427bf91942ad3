// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

extension Catalog {
    /// Takes one fact of the stream into the catalog.
    ///
    /// Total: there are no rules in here.
    public mutating func evolve(_ fact: CatalogFact) {
        let stamp = ChangeStamp(fact)
        version = fact.version
        if let request = fact.request {
            requestTable.update(Text(request), default: []) { versions in
                if versions.count == Self.requestLimitVersions { versions.removeFirst() }
                versions.append(fact.version)
            }
        }
        switch fact.event {
        case .accountCreated(let created):
            profile = created
            creation = stamp
        case .agentPut(let put): evolve(put, stamp)
        case .agentArchived(let key): archiveAgent(key, stamp)
        case .customerPut(let put): evolve(put, stamp)
        case .customerArchived(let key):
            customerTable.revise(key) { customer in
                customer.isArchived = true
                customer.updated = stamp
            }
        case .rateCardPut(let put): evolve(put, stamp)
        case .rateCardArchived(let key):
            rateCardTable.revise(key) { card in
                card.isArchived = true
                card.updated = stamp
            }
        case .tokenCreated(let created): evolve(created, stamp)
        case .tokenRevoked(let id):
            tokenTable.revise(id) { token in
                token.isRevoked = true
                token.updated = stamp
            }
        case .personalDataErased(let erasure):
            erasureTable.update(erasure.customer, default: []) { erasures in
                erasures.append(RecordedErasure(request: erasure, stamp: stamp))
            }
        }
    }

    private mutating func evolve(_ put: CustomerPut, _ stamp: ChangeStamp) {
        customerTable.update(put.customer, default: History()) { history in
            history.append(
                Customer(
                    key: put.customer,
                    name: put.name,
                    rateCard: put.rateCard,
                    isArchived: false,
                    created: history.current?.created ?? stamp,
                    updated: stamp
                )
            )
        }
    }

    private mutating func evolve(_ put: RateCardPut, _ stamp: ChangeStamp) {
        rateCardTable.update(put.rateCard, default: History()) { history in
            history.append(
                RateCard(
                    key: put.rateCard,
                    name: put.name,
                    currency: put.currency,
                    version: put.version,
                    entries: put.entries,
                    isArchived: false,
                    created: history.current?.created ?? stamp,
                    updated: stamp
                )
            )
        }
    }

    private mutating func evolve(_ created: TokenCreated, _ stamp: ChangeStamp) {
        tokenTable.update(created.id, default: History()) { history in
            history.append(
                Token(
                    id: created.id,
                    name: created.name,
                    prefix: created.prefix,
                    secretHash: created.secretHash,
                    scopes: created.scopes,
                    isRevoked: false,
                    created: stamp,
                    updated: stamp
                )
            )
        }
    }
}

// MARK: Agents

extension Catalog {
    private mutating func evolve(_ put: AgentPut, _ stamp: ChangeStamp) {
        let before = agent(put.agent)
        agentTable.update(put.agent, default: History()) { history in
            history.append(
                Agent(
                    key: put.agent,
                    name: put.name,
                    contractVersion: put.contractVersion,
                    contract: put.contract,
                    isArchived: false,
                    created: before?.created ?? stamp,
                    updated: stamp
                )
            )
        }
        activeAgents.insert(put.agent, at: stamp.version)
        let mentionedBefore = before.map(mentionedActions) ?? []
        let mentionedNow = put.contract.facts
        for action in mentionedBefore where !mentionedNow.contains(action) {
            mentions.updateExisting(action) { $0.remove(put.agent, at: stamp.version) }
        }
        for action in mentionedNow where !mentionedBefore.contains(action) {
            mentions.update(action, default: SoleMember()) {
                $0.insert(put.agent, at: stamp.version)
            }
        }
    }

    private mutating func archiveAgent(_ key: Slug, _ stamp: ChangeStamp) {
        guard let before = agent(key) else { return }
        for action in mentionedActions(before) {
            mentions.updateExisting(action) { $0.remove(key, at: stamp.version) }
        }
        activeAgents.remove(key, at: stamp.version)
        agentTable.revise(key) { agent in
            agent.isArchived = true
            agent.updated = stamp
        }
    }

    /// The actions an agent can be inferred by; none for an archived one.
    private func mentionedActions(_ agent: Agent) -> [Action] {
        agent.isArchived ? [] : agent.contract.facts
    }
}

extension SortedTable {
    /// Adds a revision that differs from the current one.
    fileprivate mutating func revise<Entity: Stamped>(
        _ key: Key,
        _ body: (inout Entity) -> Void
    ) where Value == History<Entity> {
        updateExisting(key) { history in
            guard var entity = history.current else { return }
            body(&entity)
            history.append(entity)
        }
    }
}
