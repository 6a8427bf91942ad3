// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// How the catalog looks in answers.
extension JSONWriter {
    private mutating func object(_ write: (inout JSONWriter) -> Void) {
        beginObject()
        write(&self)
        endObject()
    }

    private mutating func stamps(_ created: ChangeStamp, _ updated: ChangeStamp) {
        member("created_at", created.time)
        member("updated_at", updated.time)
        member("updated_by", updated.author.text)
        member("request_id", updated.request)
        member("catalog_version", updated.version)
    }

    /// An agent.
    mutating func agent(_ agent: Agent) { object { $0.agentMembers(agent) } }

    /// The members of an agent; `contract` can be put again as it is.
    mutating func agentMembers(_ agent: Agent) {
        member("key", agent.key.text)
        member("name", agent.name)
        name("contract")
        agent.contract.write(to: &self)
        member("contract_version", agent.contractVersion)
        member("contract_hash", agent.contract.hash.hex)
        member("archived", agent.isArchived)
        stamps(agent.created, agent.updated)
    }

    /// A numbered version of an agent's contract.
    mutating func contractVersion(_ version: ContractVersion) {
        beginObject()
        member("version", version.number)
        name("contract")
        version.contract.write(to: &self)
        member("contract_hash", version.contract.hash.hex)
        member("catalog_version", version.catalogVersion)
        member("created_at", version.time)
        member("created_by", version.author.text)
        member("request_id", version.request)
        endObject()
    }

    /// A customer.
    mutating func customer(_ customer: Customer) { object { $0.customerMembers(customer) } }

    /// The members of a customer.
    mutating func customerMembers(_ customer: Customer) {
        member("key", customer.key.text)
        member("name", customer.name)
        member("rate_card_key", customer.rateCard?.text)
        member("archived", customer.isArchived)
        stamps(customer.created, customer.updated)
    }

    /// A rate card.
    mutating func rateCard(_ card: RateCard) { object { $0.rateCardMembers(card) } }

    /// The members of a rate card.
    mutating func rateCardMembers(_ card: RateCard) {
        member("key", card.key.text)
        member("name", card.name)
        member("currency", card.currency.code)
        name("entries")
        beginArray()
        for entry in card.entries {
            beginObject()
            member("agent_key", entry.agent.text)
            member("price_per_unit", entry.price)
            endObject()
        }
        endArray()
        member("version", card.version)
        member("archived", card.isArchived)
        stamps(card.created, card.updated)
    }

    /// A change of the catalog: what it is about, not what it says.
    mutating func catalogChange(_ change: StoredCatalogChange) {
        beginObject()
        member("catalog_version", change.fact.version)
        member("type", CatalogEventSchema.typeName(of: change.fact.event))
        member("key", change.fact.event.subject)
        member("time", change.fact.time)
        member("author", change.fact.author.text)
        member("request_id", change.fact.request)
        member("log_position", Int(change.position.value))
        member("hash", change.hash.hex)
        endObject()
    }

    /// A token without its secret.
    mutating func token(_ token: Token) { object { $0.tokenMembers(token) } }

    /// The members of a token; its hash is never shown.
    mutating func tokenMembers(_ token: Token) {
        member("id", token.id.text)
        member("name", token.name)
        member("prefix", token.prefix)
        name("scopes")
        beginArray()
        for scope in Scope.allCases where token.scopes.contains(scope) {
            string(scope.rawValue)
        }
        endArray()
        member("revoked", token.isRevoked)
        member("created_at", token.created.time)
        member("created_by", token.created.author.text)
        member("request_id", token.updated.request)
    }
}
