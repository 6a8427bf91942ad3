// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

extension CustomerPages {
    static func blank(_ call: PageCall) async throws -> PageAnswer {
        .page(editor(CustomerForm(key: call.fields.text("key")), FormProblems(), call))
    }

    private static func editor(
        _ form: CustomerForm,
        _ problems: FormProblems,
        _ call: PageCall
    ) -> CustomerEditorPage {
        CustomerEditorPage(
            shell: Shell(title: "New customer", section: .customers, call),
            status: problems.status,
            fields: form.fields(isNew: true, problems, call.principal.catalog),
            curl: form.curl(call)
        )
    }

    static func create(_ call: PageCall) async throws -> PageAnswer {
        let form = CustomerForm(call.form)
        var problems = FormProblems()
        let typed = form.readKey(&problems)
        if let typed, call.principal.catalog.customer(typed) != nil {
            problems.add("key", "is taken by another customer")
        }
        guard let body = form.body(&problems), let key = typed else {
            return .page(editor(form, problems, call))
        }
        do {
            let change = try await call.change(.putCustomer(key, body))
            return .done(.saved, at: path(of: key), after: change.readToken)
        } catch {
            return .page(editor(form, try FormProblems(error), call))
        }
    }

    static func save(_ call: PageCall) async throws -> PageAnswer {
        let customer = try customer(call)
        // To put it would revive it.
        guard !customer.isArchived else { throw APIError(.conflict, "It is archived.") }
        let form = CustomerForm(call.form, of: customer.key)
        var problems = FormProblems()
        guard let body = form.body(&problems) else {
            return .page(await page(customer, form, problems, nil, call))
        }
        do {
            let change = try await call.change(.putCustomer(customer.key, body))
            let notice: Notice = change.events.isEmpty ? .unchanged : .saved
            return .done(notice, at: path(of: customer.key), after: change.readToken)
        } catch {
            return .page(await page(customer, form, try FormProblems(error), nil, call))
        }
    }

    static func archive(_ call: PageCall) async throws -> PageAnswer {
        let key = try customer(call).key
        let change = try await call.change(.archiveCustomer(key))
        return .done(.archived, at: path(of: key), after: change.readToken)
    }

    static func revive(_ call: PageCall) async throws -> PageAnswer {
        let customer = try customer(call)
        let body = CustomerBody(name: customer.name, rateCard: customer.rateCard)
        let change = try await call.change(.putCustomer(customer.key, body))
        return .done(.revived, at: path(of: customer.key), after: change.readToken)
    }

    /// Asks for the erasure once the key has been typed: nothing brings the metadata back.
    static func erase(_ call: PageCall) async throws -> PageAnswer {
        let customer = try customer(call)
        guard Text(call.form["confirm"] ?? "") == customer.key.text else {
            let problem = "is not the key of this customer: nothing was erased"
            return .page(
                await page(customer, CustomerForm(customer), FormProblems(), problem, call)
            )
        }
        let reason = Text(call.form.text("reason"))
        guard reason.scalarCount <= reasonLimitScalars else {
            throw APIError.invalid("reason", "must have at most \(reasonLimitScalars) characters")
        }
        let receipt = try await call.services.intake.erase(
            customer.key,
            reason: reason.isEmpty ? nil : reason,
            as: call.principal,
            trace: call.call.trace,
            request: call.call.requestID
        )
        return .done(
            .erasureAsked,
            at: path(of: customer.key),
            after: ReadToken(receipt).text
        )
    }

    private static let reasonLimitScalars = 1_000
}
