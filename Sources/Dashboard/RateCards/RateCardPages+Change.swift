// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime

extension RateCardPages {
    static func blank(_ call: PageCall) async throws -> PageAnswer {
        .page(editor(RateCardForm(), nil, FormProblems(), call))
    }

    static func edit(_ call: PageCall) async throws -> PageAnswer {
        let card = try card(call)
        return .page(editor(RateCardForm(card), card, FormProblems(), call))
    }

    private static func editor(
        _ form: RateCardForm,
        _ card: RateCard?,
        _ problems: FormProblems,
        _ call: PageCall
    ) -> RateCardEditorPage {
        RateCardEditorPage(
            shell: Shell(
                title: card.map { "Change \($0.name)" } ?? "New rate card",
                section: .rateCards,
                call
            ),
            card,
            form,
            problems,
            call
        )
    }

    static func create(_ call: PageCall) async throws -> PageAnswer {
        var form = RateCardForm(call.form)
        if form.edit(call.form["do"] ?? "") {
            return .page(editor(form, nil, FormProblems(), call))
        }
        var problems = FormProblems()
        let key = Slug(Text(form.key))
        if key == nil {
            problems.add("key", "must be a letter or digit, then [a-z0-9_-], at most 63 characters")
        }
        if let key, call.principal.catalog.rateCard(key) != nil {
            problems.add("key", "is taken by another rate card")
        }
        return try await put(key, form, nil, problems, call)
    }

    static func save(_ call: PageCall) async throws -> PageAnswer {
        let card = try card(call)
        var form = RateCardForm(call.form, of: card)
        if form.edit(call.form["do"] ?? "") {
            return .page(editor(form, card, FormProblems(), call))
        }
        var problems = FormProblems()
        guard !card.isArchived else { throw APIError(.conflict, "It is archived.") }
        if form.basis != card.updated.version {
            form.basis = card.updated.version
            problems.add(
                "basis",
                "Somebody else has changed this card since you opened it. Look at it again; to "
                    + "save yours all the same, save once more."
            )
        }
        return try await put(card.key, form, card, problems, call)
    }

    private static func put(
        _ key: Slug?,
        _ form: RateCardForm,
        _ card: RateCard?,
        _ known: FormProblems,
        _ call: PageCall
    ) async throws -> PageAnswer {
        var problems = known
        do {
            let body = try RateCardBody(json: form.json)
            guard let key, problems.isEmpty else {
                return .page(editor(form, card, problems, call))
            }
            let change = try await call.change(.putRateCard(key, body))
            let notice: Notice = change.events.isEmpty ? .unchanged : .saved
            return .done(notice, at: path(of: key), after: change.readToken)
        } catch {
            for problem in try FormProblems(error).all {
                problems.add(problem.field, problem.message)
            }
            return .page(editor(form, card, problems, call))
        }
    }

    static func archive(_ call: PageCall) async throws -> PageAnswer {
        let key = try card(call).key
        let change = try await call.change(.archiveRateCard(key))
        return .done(.archived, at: path(of: key), after: change.readToken)
    }

    static func revive(_ call: PageCall) async throws -> PageAnswer {
        let card = try card(call)
        let body = RateCardBody(name: card.name, currency: card.currency, entries: card.entries)
        let change = try await call.change(.putRateCard(card.key, body))
        return .done(.revived, at: path(of: card.key), after: change.readToken)
    }
}
