// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

extension Catalog {
    /// What a command makes happen, given the catalog.
    ///
    /// Pure: time and author are the fact's.
    /// - Parameter command: What is asked.
    /// - Returns: The events in order, at most one; none when the catalog is as asked already: to
    ///   put the same again, to archive what is archived and to revoke what is revoked is nothing.
    /// - Throws: `.notFound` when what is to be archived or revoked was never there, or when the
    ///   account itself was not created; `.alreadyExists` for an account or a token that is there
    ///   and different; `.invalid` when a field breaks a rule or names an agent or a rate card that
    ///   was never put (SPEC 2).
    public func decide(
        _ command: CatalogCommand
    ) throws(CatalogRejection) -> [CatalogEvent] {
        if case .createAccount(let created) = command { return try createAccount(created) }
        guard profile != nil else { throw .notFound }
        switch command {
        case .createAccount: return []
        case .putAgent(let key, let body): return try put(key, body)
        case .archiveAgent(let key): return try archiveAgent(key)
        case .putCustomer(let key, let body): return try put(key, body)
        case .archiveCustomer(let key): return try archiveCustomer(key)
        case .putRateCard(let key, let body): return try put(key, body)
        case .archiveRateCard(let key): return try archiveRateCard(key)
        case .createToken(let created): return try createToken(created)
        case .revokeToken(let id): return try revokeToken(id)
        case .erasePersonalData(let erasure): return erase(erasure)
        }
    }

    /// A live account has no test clock to start (SPEC 2, Sandbox account).
    private func createAccount(
        _ created: AccountCreated
    ) throws(CatalogRejection) -> [CatalogEvent] {
        guard profile != created else { return [] }
        guard profile == nil else { throw .alreadyExists }
        var problems = nameProblems(created.name)
        if !created.isSandbox, created.clock != nil {
            problems.append(
                FieldError(field: "clock", message: "only a sandbox account has a test clock")
            )
        }
        try check(problems)
        return [.accountCreated(created)]
    }

    private func nameProblems(_ name: Text) -> [FieldError] {
        guard let problem = NameRule.problem(with: name) else { return [] }
        return [FieldError(field: "name", message: problem)]
    }

    private func check(_ problems: [FieldError]) throws(CatalogRejection) {
        guard problems.isEmpty else { throw .invalid(ValidationFailure(problems)) }
    }
}

// MARK: Agents

extension Catalog {
    /// Only a changed canonical contract makes a new contract version (SPEC 2, Agent).
    private func put(_ key: Slug, _ body: AgentBody) throws(CatalogRejection) -> [CatalogEvent] {
        try check(nameProblems(body.name))
        let before = agent(key)
        let isSameContract = before?.contract.hash == body.contract.hash
        if let before, !before.isArchived, isSameContract, before.name == body.name { return [] }
        let number = before?.contractVersion ?? 0
        return [
            .agentPut(
                AgentPut(
                    agent: key,
                    name: body.name,
                    contractVersion: isSameContract ? number : number + 1,
                    contract: body.contract
                )
            )
        ]
    }

    private func archiveAgent(_ key: Slug) throws(CatalogRejection) -> [CatalogEvent] {
        guard let agent = agent(key) else { throw .notFound }
        return agent.isArchived ? [] : [.agentArchived(key)]
    }
}

// MARK: Customers

extension Catalog {
    /// A rate card that is archived may be named: archiving keeps it in force (SPEC 2).
    private func put(
        _ key: CustomerKey,
        _ body: CustomerBody
    ) throws(CatalogRejection) -> [CatalogEvent] {
        var problems = nameProblems(body.name)
        if let card = body.rateCard, rateCard(card) == nil {
            problems.append(
                FieldError(field: "rate_card_key", message: "does not name a rate card")
            )
        }
        try check(problems)
        let before = customer(key)
        if let before, !before.isArchived, before.name == body.name,
            before.rateCard == body.rateCard
        {
            return []
        }
        return [.customerPut(CustomerPut(customer: key, name: body.name, rateCard: body.rateCard))]
    }

    private func archiveCustomer(_ key: CustomerKey) throws(CatalogRejection) -> [CatalogEvent] {
        guard let customer = customer(key) else { throw .notFound }
        return customer.isArchived ? [] : [.customerArchived(key)]
    }
}

// MARK: Rate cards

extension Catalog {
    /// A version is a currency and a set of prices; a new name alone makes none.
    private func put(
        _ key: Slug,
        _ body: RateCardBody
    ) throws(CatalogRejection) -> [CatalogEvent] {
        try check(nameProblems(body.name) + entryProblems(body.entries))
        let entries = body.entries.sorted { $0.agent < $1.agent }
        let before = rateCard(key)
        let isSamePrices = before?.currency == body.currency && before?.entries == entries
        if let before, !before.isArchived, isSamePrices, before.name == body.name { return [] }
        let number = before?.version ?? 0
        return [
            .rateCardPut(
                RateCardPut(
                    rateCard: key,
                    name: body.name,
                    currency: body.currency,
                    version: isSamePrices ? number : number + 1,
                    entries: entries
                )
            )
        ]
    }

    /// One entry an agent, of an agent that was ever put, at a price that is not negative (SPEC 2).
    private func entryProblems(_ entries: [RateCardEntry]) -> [FieldError] {
        var problems: [FieldError] = []
        var seen: Set<Slug> = []
        for (index, entry) in entries.enumerated() {
            let field = "entries[\(index)]"
            if agent(entry.agent) == nil {
                problems.append(
                    FieldError(field: field + ".agent_key", message: "does not name an agent")
                )
            }
            if !seen.insert(entry.agent).inserted {
                problems.append(
                    FieldError(field: field + ".agent_key", message: RateCardBody.twice)
                )
            }
            if entry.price.isNegative {
                problems.append(
                    FieldError(field: field + ".price_per_unit", message: RateCardBody.negative)
                )
            }
        }
        return problems
    }

    private func archiveRateCard(_ key: Slug) throws(CatalogRejection) -> [CatalogEvent] {
        guard let card = rateCard(key) else { throw .notFound }
        return card.isArchived ? [] : [.rateCardArchived(key)]
    }
}

// MARK: Tokens

extension Catalog {
    private func createToken(
        _ created: TokenCreated
    ) throws(CatalogRejection) -> [CatalogEvent] {
        if let before = token(created.id) {
            guard !before.isRevoked, before.isSame(as: created) else { throw .alreadyExists }
            return []
        }
        var problems = created.name.map(nameProblems) ?? []
        if created.scopes.isEmpty {
            problems.append(FieldError(field: "scopes", message: "must name at least one scope"))
        }
        try check(problems)
        return [.tokenCreated(created)]
    }

    private func revokeToken(_ id: TokenID) throws(CatalogRejection) -> [CatalogEvent] {
        guard let token = token(id) else { throw .notFound }
        return token.isRevoked ? [] : [.tokenRevoked(id)]
    }
}

extension Token {
    fileprivate func isSame(as created: TokenCreated) -> Bool {
        name == created.name && prefix == created.prefix && secretHash == created.secretHash
            && scopes == created.scopes
    }
}
