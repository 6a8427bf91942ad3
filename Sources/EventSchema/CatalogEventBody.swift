// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// The bodies of catalog changes.
enum CatalogEventBody {
    static func write(_ event: CatalogEvent) -> [UInt8] {
        var writer = WrittenWriter(reserving: 512)
        writer.put("{")
        switch event {
        case .accountCreated(let created): created.write(to: &writer)
        case .agentPut(let put): put.write(to: &writer)
        case .agentArchived(let agent): writer.put("\"agent_key\":", agent.text)
        case .customerPut(let put): put.write(to: &writer)
        case .customerArchived(let customer): writer.put("\"customer_key\":", customer.text)
        case .rateCardPut(let put): put.write(to: &writer)
        case .rateCardArchived(let card): writer.put("\"rate_card_key\":", card.text)
        case .tokenCreated(let created): created.write(to: &writer)
        case .tokenRevoked(let token): writer.put("\"token_id\":", token.text)
        case .personalDataErased(let erasure): erasure.write(to: &writer)
        }
        writer.put("}")
        return writer.bytes
    }

    /// One case for each form there has ever been; an older one is brought up to today's here.
    static func read(
        _ type: CatalogEventType,
        schema: Int,
        _ reader: inout WrittenReader
    ) throws(WrittenFault) -> CatalogEvent {
        switch (type, schema) {
        case (.accountCreated, 1): return .accountCreated(try AccountCreated(&reader))
        case (.agentPut, 1): return .agentPut(try AgentPut(&reader))
        case (.agentArchived, 1):
            try reader.expect("\"agent_key\":")
            return .agentArchived(try reader.slug())
        case (.customerPut, 1): return .customerPut(try CustomerPut(&reader))
        case (.customerArchived, 1):
            try reader.expect("\"customer_key\":")
            return .customerArchived(try reader.customerKey())
        case (.rateCardPut, 1): return .rateCardPut(try RateCardPut(&reader))
        case (.rateCardArchived, 1):
            try reader.expect("\"rate_card_key\":")
            return .rateCardArchived(try reader.slug())
        case (.tokenCreated, 1): return .tokenCreated(try TokenCreated(&reader))
        case (.tokenRevoked, 1): return .tokenRevoked(try reader.tokenID())
        case (.personalDataErased, 1): return .personalDataErased(try PersonalDataErasure(&reader))
        default: throw reader.fault(.unknownSchema)
        }
    }
}

// MARK: Accounts

extension AccountCreated {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"account\":", account.text)
        writer.put(",\"name\":", name)
        writer.put(",\"sandbox\":", isSandbox)
        if let clock { writer.put(",\"clock\":", clock) }
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"account\":")
        let start = reader.position
        guard let account = AccountID(try reader.text().string) else {
            throw reader.fault(.invalidValue, at: start)
        }
        try reader.expect(",\"name\":")
        let name = try reader.text()
        try reader.expect(",\"sandbox\":")
        let isSandbox = try reader.bool()
        let clock = reader.accept(",\"clock\":") ? try reader.timestamp() : nil
        self.init(account: account, name: name, isSandbox: isSandbox, clock: clock)
    }
}

// MARK: Agents and customers

extension AgentPut {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"agent_key\":", agent.text)
        writer.put(",\"name\":", name)
        writer.put(",\"contract_version\":", contractVersion)
        writer.put(",\"contract\":", contract)
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"agent_key\":")
        let agent = try reader.slug()
        try reader.expect(",\"name\":")
        let name = try reader.text()
        try reader.expect(",\"contract_version\":")
        let contractVersion = try reader.count(from: 1)
        try reader.expect(",\"contract\":")
        self.init(
            agent: agent,
            name: name,
            contractVersion: contractVersion,
            contract: try reader.contract()
        )
    }
}

extension CustomerPut {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"customer_key\":", customer.text)
        writer.put(",\"name\":", name)
        if let rateCard { writer.put(",\"rate_card_key\":", rateCard.text) }
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"customer_key\":")
        let customer = try reader.customerKey()
        try reader.expect(",\"name\":")
        let name = try reader.text()
        let rateCard = reader.accept(",\"rate_card_key\":") ? try reader.slug() : nil
        self.init(customer: customer, name: name, rateCard: rateCard)
    }
}

// MARK: Rate cards

extension RateCardPut {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"rate_card_key\":", rateCard.text)
        writer.put(",\"name\":", name)
        writer.put(",\"currency\":", currency)
        writer.put(",\"version\":", version)
        writer.put(",\"entries\":[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { writer.put(",") }
            writer.put("{\"agent_key\":", entry.agent.text)
            writer.put(",\"price_per_unit\":", entry.price)
            writer.put("}")
        }
        writer.put("]")
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"rate_card_key\":")
        let rateCard = try reader.slug()
        try reader.expect(",\"name\":")
        let name = try reader.text()
        try reader.expect(",\"currency\":")
        let currency = try reader.currency()
        try reader.expect(",\"version\":")
        let version = try reader.count(from: 1)
        try reader.expect(",\"entries\":[")
        let entries = try Self.entries(&reader)
        self.init(
            rateCard: rateCard,
            name: name,
            currency: currency,
            version: version,
            entries: entries
        )
    }

    /// Prices are searched by their order, so it is held against what it has to be.
    private static func entries(
        _ reader: inout WrittenReader
    ) throws(WrittenFault) -> [RateCardEntry] {
        var entries: [RateCardEntry] = []
        while !reader.accept("]") {
            if !entries.isEmpty { try reader.expect(",") }
            try reader.expect("{\"agent_key\":")
            let start = reader.position
            let agent = try reader.slug()
            if let last = entries.last, last.agent >= agent {
                throw reader.fault(.invalidValue, at: start)
            }
            try reader.expect(",\"price_per_unit\":")
            entries.append(RateCardEntry(agent: agent, price: try reader.amount()))
            try reader.expect("}")
        }
        return entries
    }
}

// MARK: Tokens

extension TokenCreated {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"token_id\":", id.text)
        if let name { writer.put(",\"name\":", name) }
        writer.put(",\"prefix\":", prefix)
        writer.put(",\"secret_hash\":", secretHash)
        writer.put(",\"scopes\":[")
        let ordered = Scope.allCases.filter(scopes.contains)
        for (index, scope) in ordered.enumerated() {
            writer.put(index == 0 ? "" : ",", scope.rawValue)
        }
        writer.put("]")
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        let id = try reader.tokenID()
        let name = reader.accept(",\"name\":") ? try reader.text() : nil
        try reader.expect(",\"prefix\":")
        let prefix = try reader.text()
        try reader.expect(",\"secret_hash\":")
        let secretHash = try reader.digest()
        try reader.expect(",\"scopes\":[")
        var scopes: Set<Scope> = []
        while !reader.accept("]") {
            if !scopes.isEmpty { try reader.expect(",") }
            let start = reader.position
            guard let scope = Scope(rawValue: try reader.text().string),
                scopes.insert(scope).inserted
            else { throw reader.fault(.invalidValue, at: start) }
        }
        self.init(id: id, name: name, prefix: prefix, secretHash: secretHash, scopes: scopes)
    }
}

extension WrittenReader {
    fileprivate mutating func tokenID() throws(WrittenFault) -> TokenID {
        try expect("\"token_id\":")
        let start = position
        guard let id = TokenID(try text().string) else { throw fault(.invalidValue, at: start) }
        return id
    }
}

// MARK: Erasures

extension PersonalDataErasure {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"customer_key\":", customer.text)
        writer.put(",\"position\":", position.value)
        writer.put(",\"event_id\":", eventID)
        writer.put(",\"requested_at\":", requestedAt)
        if let reason { writer.put(",\"reason\":", reason) }
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"customer_key\":")
        let customer = try reader.customerKey()
        try reader.expect(",\"position\":")
        let position = IngestPosition(try reader.integer())
        try reader.expect(",\"event_id\":")
        let eventID = try reader.eventID()
        try reader.expect(",\"requested_at\":")
        let requestedAt = try reader.timestamp()
        self.init(
            customer: customer,
            position: position,
            eventID: eventID,
            requestedAt: requestedAt,
            reason: reader.accept(",\"reason\":") ? try reader.text() : nil
        )
    }
}
