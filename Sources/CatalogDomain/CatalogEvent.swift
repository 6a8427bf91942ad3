// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// What can happen on an account's catalog stream (SPEC 2: every change is itself an event).
public enum CatalogEvent: Hashable, Sendable {
    /// The account began.
    case accountCreated(AccountCreated)
    /// An agent was created, changed or revived.
    case agentPut(AgentPut)
    /// An agent opens nothing new and is not inferred.
    case agentArchived(Slug)
    /// A customer was created, changed or revived.
    case customerPut(CustomerPut)
    /// A customer opens nothing new.
    case customerArchived(CustomerKey)
    /// A rate card was created, changed or revived.
    case rateCardPut(RateCardPut)
    /// A rate card was archived; its assignments stay in force.
    case rateCardArchived(Slug)
    /// A token was admitted.
    case tokenCreated(TokenCreated)
    /// A token is admitted no longer.
    case tokenRevoked(TokenID)
    /// What a customer's metadata was sealed with is destroyed.
    case personalDataErased(PersonalDataErasure)
}

/// The account began.
public struct AccountCreated: Hashable, Sendable {
    /// The account.
    public let account: AccountID
    /// Its name.
    public let name: Text
    /// Whether it has a test clock instead of the live one (SPEC 2, Sandbox account).
    public let isSandbox: Bool
    /// Where a sandbox's test clock starts; nil for a live account.
    public let clock: Timestamp?

    /// Puts the event together.
    public init(account: AccountID, name: Text, isSandbox: Bool, clock: Timestamp? = nil) {
        self.account = account
        self.name = name
        self.isSandbox = isSandbox
        self.clock = clock
    }
}

/// An agent was created, changed or revived.
public struct AgentPut: Hashable, Sendable {
    /// The agent.
    public let agent: Slug
    /// Its name.
    public let name: Text
    /// The number of its contract version, from 1; only a changed canonical contract makes one.
    public let contractVersion: Int
    /// The contract.
    public let contract: Contract

    /// Puts the event together.
    public init(agent: Slug, name: Text, contractVersion: Int, contract: Contract) {
        self.agent = agent
        self.name = name
        self.contractVersion = contractVersion
        self.contract = contract
    }
}

/// A customer was created, changed or revived.
public struct CustomerPut: Hashable, Sendable {
    /// The customer.
    public let customer: CustomerKey
    /// Its name.
    public let name: Text
    /// Its rate card, if it has one.
    public let rateCard: Slug?

    /// Puts the event together.
    public init(customer: CustomerKey, name: Text, rateCard: Slug?) {
        self.customer = customer
        self.name = name
        self.rateCard = rateCard
    }
}

/// A rate card was created, changed or revived.
public struct RateCardPut: Hashable, Sendable {
    /// The rate card.
    public let rateCard: Slug
    /// Its name.
    public let name: Text
    /// The currency of its prices.
    public let currency: Currency
    /// The number of its version, from 1; only a changed currency or price makes one.
    public let version: Int
    /// One price an agent, sorted by the agents' keys.
    public let entries: [RateCardEntry]

    /// Puts the event together.
    public init(
        rateCard: Slug,
        name: Text,
        currency: Currency,
        version: Int,
        entries: [RateCardEntry]
    ) {
        self.rateCard = rateCard
        self.name = name
        self.currency = currency
        self.version = version
        self.entries = entries
    }
}

/// A token was admitted.
///
/// The secret itself is nowhere, only its hash (SPEC 2, API token).
public struct TokenCreated: Hashable, Sendable {
    /// The token's public id.
    public let id: TokenID
    /// What people call it, if anything.
    public let name: Text?
    /// What lists show of it.
    public let prefix: Text
    /// SHA-256 of what the client keeps.
    public let secretHash: Digest
    /// What it may do; never empty.
    public let scopes: Set<Scope>

    /// Puts the event together.
    public init(
        id: TokenID,
        name: Text?,
        prefix: Text,
        secretHash: Digest,
        scopes: Set<Scope>
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.secretHash = secretHash
        self.scopes = scopes
    }
}

/// A catalog event with its number, its time and who brought it about.
public struct CatalogFact: Hashable, Sendable {
    /// The event.
    public let event: CatalogEvent
    /// The account's catalog version with this event, from 1 without gaps.
    public let version: Int
    /// When it happened.
    public let time: Timestamp
    /// Who brought it about.
    public let author: Author
    /// The id of the request it came with, where that is known.
    public let request: String?

    /// Puts the fact together.
    public init(
        event: CatalogEvent,
        version: Int,
        time: Timestamp,
        author: Author,
        request: String? = nil
    ) {
        self.event = event
        self.version = version
        self.time = time
        self.author = author
        self.request = request
    }

    /// The same fact with the id of the request it came with.
    public func with(request: String?) -> CatalogFact {
        CatalogFact(event: event, version: version, time: time, author: author, request: request)
    }
}

extension CatalogEvent {
    /// The key, or the id, of what it is about.
    public var subject: Text {
        switch self {
        case .accountCreated(let created): created.account.text
        case .agentPut(let put): put.agent.text
        case .agentArchived(let key), .rateCardArchived(let key): key.text
        case .customerPut(let put): put.customer.text
        case .customerArchived(let key): key.text
        case .rateCardPut(let put): put.rateCard.text
        case .tokenCreated(let created): created.id.text
        case .tokenRevoked(let id): id.text
        case .personalDataErased(let erasure): erasure.customer.text
        }
    }
}
