// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// Where an account's catalog stream says what: the versions at which each name was put.
struct CatalogIndex: Sendable {
    /// Events are read in pages of at most this many, and of some megabytes.
    private static let pageLimitEvents = 500

    private var agents: [Slug: [Int]] = [:]
    private var customers: [CustomerKey: [Int]] = [:]
    private var rateCards: [Slug: [Int]] = [:]
    /// Whether the account has a test clock; nil when there is no account.
    private(set) var isSandbox: Bool?
    /// The last version that was read; 0 before the first.
    private(set) var version = 0

    /// Before the first version.
    init() {}

    /// Reads what an account's catalog stream has beyond the last version, page by page.
    mutating func readOn(
        _ account: AccountID,
        from log: any EventLog,
        in partition: Partition
    ) async throws(EvidenceRefusal) {
        while true {
            let last = version
            let page = try await EvidenceRefusal.asking { () async throws(StoreError) in
                try await log.events(
                    in: partition,
                    of: .catalog(account),
                    after: last,
                    limit: Self.pageLimitEvents,
                    limitBytes: PageSize.limitBytes
                )
            }
            guard !page.isEmpty else { return }
            for event in page {
                do throws(SchemaError) {
                    take(try CatalogEventSchema.fact(from: event))
                } catch {
                    throw .contradiction("the catalog cannot be read: \(error)")
                }
                version = event.version
            }
        }
    }

    private mutating func take(_ fact: CatalogFact) {
        switch fact.event {
        case .accountCreated(let created): isSandbox = created.isSandbox
        case .agentPut(let put): agents[put.agent, default: []].append(fact.version)
        case .customerPut(let put): customers[put.customer, default: []].append(fact.version)
        case .rateCardPut(let put): rateCards[put.rateCard, default: []].append(fact.version)
        case .agentArchived, .customerArchived, .rateCardArchived, .tokenCreated, .tokenRevoked,
            .personalDataErased:
            break
        }
    }

    /// The versions that an outcome's terms were copied from; with the account's creation.
    func versions(behind terms: OutcomeTerms) -> [Int] {
        let puts = [agents[terms.agent], customers[terms.customer], rateCards[terms.rateCard]]
        let latest = puts.map { versions in
            versions?.last { $0 <= terms.catalogVersion }
        }
        return latest.compactMap(\.self).sorted()
    }
}

extension EvidenceRefusal {
    /// Runs a question to the store.
    static func asking<Answer>(
        _ question: () async throws(StoreError) -> Answer
    ) async throws(EvidenceRefusal) -> Answer {
        do throws(StoreError) {
            return try await question()
        } catch {
            throw .store(error)
        }
    }
}
