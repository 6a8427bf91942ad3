// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Customers: who is billed, and by which rate card.
enum CustomerPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/customers", list),
        .get("/dashboard/customers/new", for: .price, blank),
        .post("/dashboard/customers/new", for: .price, create),
        .get("/dashboard/customers/{key}", one),
        .get("/dashboard/customers/{key}/page", one),
        .post("/dashboard/customers/{key}/save", for: .price, save),
        .post("/dashboard/customers/{key}/archive", for: .price, archive),
        .post("/dashboard/customers/{key}/revive", for: .price, revive),
        .post("/dashboard/customers/{key}/erase", for: .administer, erase),
    ]

    /// Where a customer's page is: a customer may well be called `new`.
    static func path(of key: CustomerKey) -> String {
        key.text == "new" ? root(of: key) + "/page" : root(of: key)
    }

    /// The beginning of the paths of what is done with a customer.
    static func root(of key: CustomerKey) -> String {
        Section.customers.path + "/" + PercentCoding.encode(key.text)
    }

    /// The customer in the path.
    static func customer(_ call: PageCall) throws -> Customer {
        let customer = CustomerKey(call.name).flatMap(call.principal.catalog.customer)
        guard let customer else { throw APIError.notFound }
        return customer
    }

    // MARK: The list

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let limit = PageLimits.defaultRows
        let search = call.fields.text("q")
        let place = call.query("from").flatMap { CustomerKey(Text($0)) }
        let found = CustomerSearch(search).page(
            of: call.principal.catalog,
            after: place,
            limit: limit + 1
        )
        let shown = found.prefix(limit)
        let more = found.count > limit ? shown.last : nil
        return .page(
            CustomerListPage(
                shell: Shell(title: "Customers", section: .customers, call),
                search: search,
                isLater: place != nil,
                lines: shown.map { CustomerListPage.Line($0, call.principal.catalog) },
                next: more.map { last in
                    "\(Section.customers.path)?from=\(PercentCoding.encode(last.key.text))"
                        + (search.isEmpty ? "" : "&q=\(PercentCoding.encode(Text(search)))")
                },
                mayChange: call.membership.role.may(.price),
                curl: Curl.get("/v1/customers", at: call.dashboard.publicURL)
            )
        )
    }

    // MARK: One customer

    private static func one(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let customer = try customer(call)
        return .page(await page(customer, CustomerForm(customer), FormProblems(), nil, call))
    }

    static func page(
        _ customer: Customer,
        _ form: CustomerForm,
        _ problems: FormProblems,
        _ eraseProblem: String?,
        _ call: PageCall
    ) async -> CustomerPage {
        let catalog = call.principal.catalog
        var names = AuthorNames(call)
        let erasure = catalog.erasures(of: customer.key).last
        let eraser: String? =
            if let erasure { await names.name(of: erasure.stamp.author) } else { nil }
        let key = PercentCoding.encode(customer.key.text)
        return CustomerPage(
            shell: Shell(title: customer.name.string, section: .customers, call),
            status: eraseProblem == nil ? problems.status : 400,
            key: customer.key.text.string,
            name: customer.name.string,
            root: root(of: customer.key),
            isArchived: customer.isArchived,
            rateCard: customer.rateCard.flatMap(catalog.rateCard).map(CardLink.init),
            createdAt: Instant(customer.created.time),
            createdBy: await names.name(of: customer.created.author),
            updatedAt: Instant(customer.updated.time),
            updatedBy: await names.name(of: customer.updated.author),
            outcomesPath: "\(Section.outcomes.path)?customer_key=\(key)",
            spendPath: "\(Section.ledger.path)?customer_key=\(key)",
            fields: form.fields(isNew: false, problems, catalog),
            mayChange: call.membership.role.may(.price),
            mayErase: call.membership.role.may(.administer),
            erasedAt: erasure.map { Instant($0.request.requestedAt) },
            erasedBy: eraser,
            eraseProblem: eraseProblem,
            curl: Curl.get("/v1/customers/\(key)", at: call.dashboard.publicURL)
        )
    }
}
