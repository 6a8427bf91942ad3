// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Agents, customers and rate cards: PUT creates, changes or revives, DELETE archives.
enum CatalogHandlers {
    static func query(_ list: CatalogCursor.List) -> [QueryRule] {
        [Query.limit.rule, Query.cursor(of: list)]
    }

    // MARK: Agents

    static func agents(_ call: APICall) async throws -> APIAnswer {
        let catalog = try call.principal.catalog
        return try call.catalogList(.agents, { Slug($0) }, { $0.key.text }) { key, limit in
            catalog.agents(after: key, limit: limit)
        } write: {
            $1.agent($0)
        }
    }

    static func agent(_ call: APICall) async throws -> APIAnswer {
        let agent = try call.slug.flatMap(try call.principal.catalog.agent)
        guard let agent else { throw APIError.notFound }
        return .object { $0.agentMembers(agent) }
    }

    static func putAgent(_ call: APICall) async throws -> APIAnswer {
        let key = try call.slugToPut
        let body = try AgentBody(json: .object(try await call.object()))
        let change = try await call.change(.putAgent(key, body))
        return try change.answer(change.catalog.agent(key), { $0.created }) { $1.agentMembers($0) }
    }

    static func archiveAgent(_ call: APICall) async throws -> APIAnswer {
        guard let key = try call.slug else { throw APIError.notFound }
        let change = try await call.change(.archiveAgent(key))
        return try change.answer(change.catalog.agent(key), { _ in nil }) { $1.agentMembers($0) }
    }

    /// The numbered versions of an agent's contract, oldest first.
    static func agentVersions(_ call: APICall) async throws -> APIAnswer {
        let principal = try call.principal
        guard let key = try call.slug, principal.catalog.agent(key) != nil else {
            throw APIError.notFound
        }
        let all = principal.catalog.agentVersions(key)
        return try call.catalogList(
            .contractVersions,
            { Int($0.string) },
            { Text(String($0.number)) }
        ) { number, limit in
            Array(all.drop { $0.number <= number ?? 0 }.prefix(limit))
        } write: {
            $1.contractVersion($0)
        }
    }

    // MARK: Customers

    static func customers(_ call: APICall) async throws -> APIAnswer {
        let catalog = try call.principal.catalog
        return try call.catalogList(.customers, { CustomerKey($0) }, { $0.key.text }) {
            key,
            limit in
            catalog.customers(after: key, limit: limit)
        } write: {
            $1.customer($0)
        }
    }

    static func customer(_ call: APICall) async throws -> APIAnswer {
        let customer = try CustomerKey(call.name).flatMap(try call.principal.catalog.customer)
        guard let customer else { throw APIError.notFound }
        return .object { $0.customerMembers(customer) }
    }

    static func putCustomer(_ call: APICall) async throws -> APIAnswer {
        guard let key = CustomerKey(try call.name) else {
            throw APIError.invalid("key", "must have 1 to 255 characters, no control characters")
        }
        let body = try CustomerBody(json: .object(try await call.object()))
        let change = try await call.change(.putCustomer(key, body))
        return try change.answer(change.catalog.customer(key), { $0.created }) {
            $1.customerMembers($0)
        }
    }

    static func archiveCustomer(_ call: APICall) async throws -> APIAnswer {
        guard let key = CustomerKey(try call.name) else { throw APIError.notFound }
        let change = try await call.change(.archiveCustomer(key))
        return try change.answer(change.catalog.customer(key), { _ in nil }) {
            $1.customerMembers($0)
        }
    }

    // MARK: Rate cards

    static func rateCards(_ call: APICall) async throws -> APIAnswer {
        let catalog = try call.principal.catalog
        return try call.catalogList(.rateCards, { Slug($0) }, { $0.key.text }) { key, limit in
            catalog.rateCards(after: key, limit: limit)
        } write: {
            $1.rateCard($0)
        }
    }

    static func rateCard(_ call: APICall) async throws -> APIAnswer {
        let card = try call.slug.flatMap(try call.principal.catalog.rateCard)
        guard let card else { throw APIError.notFound }
        return .object { $0.rateCardMembers(card) }
    }

    static func putRateCard(_ call: APICall) async throws -> APIAnswer {
        let key = try call.slugToPut
        let body = try RateCardBody(json: .object(try await call.object()))
        let change = try await call.change(.putRateCard(key, body))
        return try change.answer(change.catalog.rateCard(key), { $0.created }) {
            $1.rateCardMembers($0)
        }
    }

    static func archiveRateCard(_ call: APICall) async throws -> APIAnswer {
        guard let key = try call.slug else { throw APIError.notFound }
        let change = try await call.change(.archiveRateCard(key))
        return try change.answer(change.catalog.rateCard(key), { _ in nil }) {
            $1.rateCardMembers($0)
        }
    }
}
