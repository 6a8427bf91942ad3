// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// An account's catalog: a fold of its stream and of nothing else, with the whole history of each
/// entity, so that it can be asked what held at any version (SPEC 2).
///
/// A value: a copy does not change when the original does, and shares nearly all memory with it.
public struct Catalog: Sendable {
    /// The catalog version: the number of changes; 0 before the account is created.
    public internal(set) var version = 0

    var profile: AccountCreated?
    var creation: ChangeStamp?
    var agentTable = SortedTable<Slug, History<Agent>>()
    var customerTable = SortedTable<CustomerKey, History<Customer>>()
    var rateCardTable = SortedTable<Slug, History<RateCard>>()
    var tokenTable = SortedTable<TokenID, History<Token>>()
    /// By customer key, whether or not the catalog knows the customer.
    var erasureTable = SortedTable<CustomerKey, [RecordedErasure]>()

    /// The latest changes of each request that is known, by its id.
    var requestTable = SortedTable<Text, [Int]>()

    /// The agents that are not archived.
    var activeAgents = SoleMember()
    /// The agents that are not archived and whose condition mentions an action.
    var mentions = SortedTable<Action, SoleMember>()

    /// The catalog before the account is created.
    public init() {}
}

// MARK: The account

extension Catalog {
    /// The account; nil before it is created.
    public var account: AccountID? { profile?.account }

    /// The account's name; empty before it is created.
    public var name: Text { profile?.name ?? "" }

    /// Whether the account has a test clock instead of the live one (SPEC 2, Sandbox account).
    public var isSandbox: Bool { profile?.isSandbox ?? false }

    /// Where a sandbox's test clock starts; nil for a live account.
    public var initialClock: Timestamp? { profile?.clock }

    /// When the account was created; nil before it is.
    public var created: ChangeStamp? { creation }

    /// At most so many versions are kept of one request; a client may give all it sends one id.
    public static let requestLimitVersions = 50

    /// The latest catalog versions that a request has brought about, oldest first, at most
    /// `requestLimitVersions`.
    public func versions(by request: String) -> [Int] { requestTable[Text(request)] ?? [] }
}

// MARK: Entities

extension Catalog {
    /// An agent as it is now, archived or not; nil when it was never put.
    public func agent(_ key: Slug) -> Agent? { agentTable[key]?.current }

    /// A customer as it is now, archived or not; nil when it was never put.
    public func customer(_ key: CustomerKey) -> Customer? { customerTable[key]?.current }

    /// A rate card as it is now, archived or not; nil when it was never put.
    public func rateCard(_ key: Slug) -> RateCard? { rateCardTable[key]?.current }

    /// A rate card as it was at a catalog version; nil when it was not put by then.
    public func rateCard(_ key: Slug, at version: Int) -> RateCard? {
        rateCardTable[key]?.entity(at: version)
    }

    /// An agent as it was at a catalog version; nil when it was not put by then.
    public func agent(_ key: Slug, at version: Int) -> Agent? {
        agentTable[key]?.entity(at: version)
    }

    /// A token as it is now, revoked or not; nil when it was never admitted.
    public func token(_ id: TokenID) -> Token? { tokenTable[id]?.current }

    /// Every agent as it is now, archived ones included, sorted by the bytes of the keys.
    public var agents: [Agent] { agentTable.values.compactMap(\.current) }

    /// Every customer as it is now, archived ones included, sorted by the bytes of the keys.
    public var customers: [Customer] { customerTable.values.compactMap(\.current) }

    /// Every rate card as it is now, archived ones included, sorted by the bytes of the keys.
    public var rateCards: [RateCard] { rateCardTable.values.compactMap(\.current) }

    /// Every token as it is now, revoked ones included, sorted by the ids.
    public var tokens: [Token] { tokenTable.values.compactMap(\.current) }

    /// The numbered versions of an agent's contract, oldest first; empty for an unknown agent.
    public func agentVersions(_ key: Slug) -> [ContractVersion] {
        var versions: [ContractVersion] = []
        for agent in agentTable[key]?.revisions ?? []
        where agent.contractVersion > (versions.last?.number ?? 0) {
            versions.append(ContractVersion(agent))
        }
        return versions
    }
}

extension Catalog {
    /// The numbered versions of a rate card, oldest first, each as it was when it was made; empty
    /// for an unknown card.
    public func rateCardVersions(_ key: Slug) -> [RateCard] {
        var versions: [RateCard] = []
        for card in rateCardTable[key]?.revisions ?? []
        where card.version > (versions.last?.version ?? 0) {
            versions.append(card)
        }
        return versions
    }
}

// MARK: Pages

extension Catalog {
    /// At most `limit` agents whose keys come after `key`, in order; the time it takes depends on
    /// the page alone (SPEC 8: lists never scan).
    public func agents(after key: Slug?, limit: Int) -> [Agent] {
        agentTable.page(after: key, limit: limit)
    }

    /// At most `limit` customers whose keys come after `key`, in order.
    public func customers(after key: CustomerKey?, limit: Int) -> [Customer] {
        customerTable.page(after: key, limit: limit)
    }

    /// At most `limit` rate cards whose keys come after `key`, in order.
    public func rateCards(after key: Slug?, limit: Int) -> [RateCard] {
        rateCardTable.page(after: key, limit: limit)
    }

    /// At most `limit` tokens whose ids come after `id`, in order.
    public func tokens(after id: TokenID?, limit: Int) -> [Token] {
        tokenTable.page(after: id, limit: limit)
    }
}

extension SortedTable {
    fileprivate func page<Entity: Stamped>(
        after key: Key?,
        limit: Int
    ) -> [Entity] where Value == History<Entity> {
        var page: [Entity] = []
        guard limit > 0 else { return page }
        forEach(after: key) { history in
            if let entity = history.current { page.append(entity) }
            return page.count < limit
        }
        return page
    }
}
