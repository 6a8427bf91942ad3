// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// The list of rate cards.
struct RateCardListPage: PageModel {
    struct Line {
        let key: String
        let name: String
        let path: String
        let currency: String
        let entryCount: Int
        let version: Int
        let isArchived: Bool
        let updatedAt: Instant

        init(_ card: RateCard) {
            key = card.key.text.string
            name = card.name.string
            path = RateCardPages.path(of: card.key)
            currency = card.currency.code
            entryCount = card.entries.count
            version = card.version
            isArchived = card.isArchived
            updatedAt = Instant(card.updated.time)
        }
    }

    let template = "rate-cards"
    let shell: Shell
    let isLater: Bool
    let lines: [Line]
    let hasLines: Bool
    let next: String?
    let mayChange: Bool
    let curl: String
}

/// One rate card.
struct RateCardPage: PageModel {
    struct Entry {
        let agent: String
        let agentName: String
        let agentPath: String
        let price: String

        init(_ entry: RateCardEntry, in currency: Currency, _ catalog: Catalog) {
            agent = entry.agent.text.string
            agentName = catalog.agent(entry.agent)?.name.string ?? ""
            agentPath = AgentPages.path(of: entry.agent)
            price = Money.digits(WideDecimal(entry.price), currency)
        }
    }

    struct Version {
        let number: Int
        let madeAt: Instant
        let madeBy: String
        let changes: [RateCardChange]
    }

    struct User {
        let name: String
        let key: String
        let path: String
        let isArchived: Bool
    }

    let template = "rate-card"
    let shell: Shell
    let key: String
    let name: String
    let root: String
    let currency: String
    let version: Int
    let isArchived: Bool
    let entries: [Entry]
    let hasEntries: Bool
    let versions: [Version]
    let users: [User]
    let hasUsers: Bool
    let nextUsers: String?
    let mayChange: Bool
    let curl: String
}
