// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// The list of customers.
struct CustomerListPage: PageModel {
    struct Line {
        let key: String
        let name: String
        let path: String
        let card: CardLink?
        let isArchived: Bool
        let updatedAt: Instant

        init(_ customer: Customer, _ catalog: Catalog) {
            key = customer.key.text.string
            name = customer.name.string
            path = CustomerPages.path(of: customer.key)
            card = customer.rateCard.flatMap(catalog.rateCard).map(CardLink.init)
            isArchived = customer.isArchived
            updatedAt = Instant(customer.updated.time)
        }
    }

    let template = "customers"
    let shell: Shell
    let search: String
    let isLater: Bool
    let lines: [Line]
    let next: String?
    let mayChange: Bool
    let curl: String
    let hasLines: Bool
    let isSearch: Bool

    init(
        shell: Shell,
        search: String,
        isLater: Bool,
        lines: [Line],
        next: String?,
        mayChange: Bool,
        curl: String
    ) {
        self.shell = shell
        self.search = search
        self.isLater = isLater
        self.lines = lines
        self.next = next
        self.mayChange = mayChange
        self.curl = curl
        hasLines = !lines.isEmpty
        isSearch = !search.isEmpty
    }
}

/// A rate card's name with the way to it.
struct CardLink: Sendable {
    let name: String
    let currency: String
    let path: String
    let isArchived: Bool

    init(_ card: RateCard) {
        name = card.name.string
        currency = card.currency.code
        path = RateCardPages.path(of: card.key)
        isArchived = card.isArchived
    }
}

/// One customer.
struct CustomerPage: PageModel {
    let template = "customer"
    let shell: Shell
    let status: Int
    let key: String
    let name: String
    let root: String
    let isArchived: Bool
    let rateCard: CardLink?
    let createdAt: Instant
    let createdBy: String
    let updatedAt: Instant
    let updatedBy: String
    let outcomesPath: String
    let spendPath: String
    let fields: CustomerFields
    let mayChange: Bool
    let mayErase: Bool
    let erasedAt: Instant?
    let erasedBy: String?
    let eraseProblem: String?
    let curl: String
}

/// The page that makes a customer.
struct CustomerEditorPage: PageModel {
    let template = "customer-editor"
    let shell: Shell
    let status: Int
    let fields: CustomerFields
    let curl: String
}

extension CatalogChange {
    /// What shows this change.
    var readToken: String { ReadToken(catalogVersion: version).text }
}
