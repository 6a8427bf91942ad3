// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// A catalog brought about by commands: given, when, then.
struct CatalogSpec {
    /// A value a test needs could not be made: the test itself is wrong.
    struct Unmakeable: Error {}

    private(set) var catalog = Catalog()
    private(set) var facts: [CatalogFact] = []

    /// Starts with a live account.
    init() throws {
        try given(
            .createAccount(
                AccountCreated(account: Self.account(), name: "Acme", isSandbox: false)
            )
        )
    }

    /// Starts with nothing.
    init(empty: Void) {}

    static func need<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Unmakeable() }
        return value
    }

    static func account() throws -> AccountID { try need(AccountID("acct_acme")) }

    /// Carries commands out; each fact is one minute later than the one before.
    mutating func given(_ commands: CatalogCommand...) throws {
        for command in commands {
            for event in try catalog.decide(command) {
                let fact = CatalogFact(
                    event: event,
                    version: facts.count + 1,
                    time: try Self.need(
                        Timestamp(microseconds: Int64(facts.count + 1) * 60_000_000)
                    ),
                    author: Author(text: Text("author \(facts.count + 1)"))
                )
                catalog.evolve(fact)
                facts.append(fact)
            }
        }
    }

    /// What a command would make happen.
    func when(_ command: CatalogCommand) throws(CatalogRejection) -> [CatalogEvent] {
        try catalog.decide(command)
    }

    /// Why a command is rejected; nil when it is not.
    func rejection(of command: CatalogCommand) -> CatalogRejection? {
        do throws(CatalogRejection) {
            _ = try catalog.decide(command)
            return nil
        } catch {
            return error
        }
    }

    /// The wrong fields a command is rejected for, each as "field message".
    func problems(of command: CatalogCommand) -> [String] {
        guard case .invalid(let failure) = rejection(of: command) else { return [] }
        return failure.details.map { "\($0.field) \($0.message)" }
    }
}

// MARK: Short forms

extension CatalogSpec {
    static func json(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

    static func slug(_ text: Text) throws -> Slug { try need(Slug(text)) }

    static func putAgent(
        _ key: Text,
        _ actions: Text...,
        name: Text = "Agent",
        period: Int = 60
    ) throws -> CatalogCommand {
        let leaves = try actions.map { try Condition(json: seen($0)) }
        let contract = Contract(settlementPeriodSeconds: period, condition: .all(leaves))
        return .putAgent(try slug(key), AgentBody(name: name, contract: contract))
    }

    private static func seen(_ action: Text) -> JSONValue {
        .object(JSONObject([.init("fact", .string(action)), .init("operator", .string("seen"))]))
    }

    static func archiveAgent(_ key: Text) throws -> CatalogCommand {
        .archiveAgent(try slug(key))
    }

    static func putCustomer(
        _ key: Text,
        card: Text? = nil,
        name: Text = "Customer"
    ) throws -> CatalogCommand {
        .putCustomer(
            try need(CustomerKey(key)),
            CustomerBody(name: name, rateCard: try card.map(slug))
        )
    }

    static func archiveCustomer(_ key: Text) throws -> CatalogCommand {
        .archiveCustomer(try need(CustomerKey(key)))
    }

    static func putCard(
        _ key: Text,
        _ prices: [(Text, Decimal)],
        currency: String = "USD",
        name: Text = "Card"
    ) throws -> CatalogCommand {
        .putRateCard(
            try slug(key),
            RateCardBody(
                name: name,
                currency: try need(Currency(currency)),
                entries: try prices.map { RateCardEntry(agent: try slug($0.0), price: $0.1) }
            )
        )
    }

    static func token(
        _ suffix: String,
        name: Text? = "ci",
        scopes: Set<Scope> = [.ingest]
    ) throws -> TokenCreated {
        TokenCreated(
            id: try need(TokenID("tok_" + suffix)),
            name: name,
            prefix: "assay_acme",
            secretHash: Digest.sha256(Array(suffix.utf8)),
            scopes: scopes
        )
    }

    /// What the catalog says of a signal, at a version or at the latest.
    func routing(
        agent: Text? = nil,
        customer: Text = "c",
        action: Text = "resolved",
        at version: Int? = nil
    ) throws -> Routing {
        let signal = Signal(
            eventID: EventID(partition: 0, fingerprint: 0, unique: 0, salt: 0),
            position: IngestPosition(1),
            receivedAt: .earliest,
            action: try Self.need(Action(action)),
            customer: try Self.need(CustomerKey(customer)),
            agent: try agent.map(Self.slug)
        )
        return catalog.routing(for: signal, at: version ?? catalog.version)
    }

    /// The terms a signal would open its outcome on.
    func terms(
        agent: Text? = nil,
        customer: Text = "c",
        action: Text = "resolved",
        at version: Int? = nil
    ) throws -> OutcomeTerms {
        let routing = try routing(agent: agent, customer: customer, action: action, at: version)
        guard case .terms(let terms) = routing else { throw Unmakeable() }
        return terms
    }
}
