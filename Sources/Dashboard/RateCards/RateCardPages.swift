// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Rate cards: what one unit of each agent's work costs.
enum RateCardPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/rate-cards", list),
        .get("/dashboard/rate-cards/new", for: .price, blank),
        .post("/dashboard/rate-cards/new", for: .price, create),
        .get("/dashboard/rate-cards/{key}", one),
        .get("/dashboard/rate-cards/{key}/page", one),
        .get("/dashboard/rate-cards/{key}/edit", for: .price, edit),
        .post("/dashboard/rate-cards/{key}/edit", for: .price, save),
        .post("/dashboard/rate-cards/{key}/archive", for: .price, archive),
        .post("/dashboard/rate-cards/{key}/revive", for: .price, revive),
    ]

    /// So many versions are shown with what each changed, the newest.
    private static let versionsLimit = 50
    /// One page looks at so many customers for those that have a card.
    static let examinedLimitCustomers = 10_000

    /// Where a rate card's page is: a card may well be called `new`.
    static func path(of key: Slug) -> String {
        key.text == "new" ? root(of: key) + "/page" : root(of: key)
    }

    static func root(of key: Slug) -> String { "\(Section.rateCards.path)/\(key.text)" }

    /// The rate card in the path.
    static func card(_ call: PageCall) throws -> RateCard {
        guard let card = Slug(call.name).flatMap(call.principal.catalog.rateCard) else {
            throw APIError.notFound
        }
        return card
    }

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let limit = PageLimits.defaultRows
        let place = call.query("from").flatMap { Slug(Text($0)) }
        let found = call.principal.catalog.rateCards(after: place, limit: limit + 1)
        let shown = found.prefix(limit)
        let more = found.count > limit ? shown.last : nil
        return .page(
            RateCardListPage(
                shell: Shell(title: "Rate cards", section: .rateCards, call),
                isLater: place != nil,
                lines: shown.map(RateCardListPage.Line.init),
                hasLines: !shown.isEmpty,
                next: more.map { "\(Section.rateCards.path)?from=\($0.key.text)" },
                mayChange: call.membership.role.may(.price),
                curl: Curl.get("/v1/rate-cards", at: call.dashboard.publicURL)
            )
        )
    }

    private static func one(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let catalog = call.principal.catalog
        let card = try card(call)
        var names = AuthorNames(call)
        var versions: [RateCardPage.Version] = []
        let all = catalog.rateCardVersions(card.key)
        for index in all.indices.suffix(versionsLimit).reversed() {
            versions.append(
                RateCardPage.Version(
                    number: all[index].version,
                    madeAt: Instant(all[index].updated.time),
                    madeBy: await names.name(of: all[index].updated.author),
                    changes: RateCardChange.between(index > 0 ? all[index - 1] : nil, all[index])
                )
            )
        }
        let users = RateCardUsers(
            of: card.key,
            in: catalog,
            after: call.query("from").flatMap { CustomerKey(Text($0)) }
        )
        return .page(
            RateCardPage(
                shell: Shell(title: card.name.string, section: .rateCards, call),
                key: card.key.text.string,
                name: card.name.string,
                root: root(of: card.key),
                currency: card.currency.code,
                version: card.version,
                isArchived: card.isArchived,
                entries: card.entries.map { RateCardPage.Entry($0, in: card.currency, catalog) },
                hasEntries: !card.entries.isEmpty,
                versions: versions,
                users: users.found.map {
                    .init(
                        name: $0.name.string,
                        key: $0.key.text.string,
                        path: CustomerPages.path(of: $0.key),
                        isArchived: $0.isArchived
                    )
                },
                hasUsers: !users.found.isEmpty,
                nextUsers: users.next.map {
                    "\(path(of: card.key))?from=\(PercentCoding.encode($0.text))#users"
                },
                mayChange: call.membership.role.may(.price),
                curl: Curl.get("/v1/rate-cards/\(card.key.text)", at: call.dashboard.publicURL)
            )
        )
    }
}

/// The customers that have a rate card, found by looking at a bounded number of them in memory.
struct RateCardUsers {
    let found: [Customer]
    /// Where to go on looking; nil when all customers have been looked at.
    let next: CustomerKey?

    init(of card: Slug, in catalog: Catalog, after place: CustomerKey?) {
        var found: [Customer] = []
        var last: CustomerKey? = place
        var examined = 0
        while examined < RateCardPages.examinedLimitCustomers {
            let page = catalog.customers(after: last, limit: PageLimits.maximumRows)
            for customer in page {
                last = customer.key
                if customer.rateCard == card { found.append(customer) }
                if found.count == PageLimits.defaultRows { break }
            }
            examined += page.count
            if found.count == PageLimits.defaultRows { break }
            if page.count < PageLimits.maximumRows {
                last = nil
                break
            }
        }
        self.found = found
        next = last
    }
}
