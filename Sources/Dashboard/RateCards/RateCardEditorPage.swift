// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime

/// The entry grid of a rate card.
struct RateCardEditorPage: PageModel {
    struct Row {
        /// From 1, as people count.
        let number: Int
        let index: Int
        let agent: String
        let price: String
        let agentProblem: String?
        let priceProblem: String?
    }

    struct Agent {
        let key: String
        let name: String
    }

    /// At most so many agents are offered while typing.
    private static let agentsLimit = 500
    private static let priceRule =
        "must be a number as in 0.99, of at most 18 digits before and after the point, 34 in all"

    let template = "rate-card-editor"
    let shell: Shell
    let status: Int
    /// Where the form goes.
    let action: String
    /// Where one goes without saving.
    let back: String
    let isNew: Bool
    let key: FormField?
    let name: FormField
    let currency: FormField
    let rows: [Row]
    let agents: [Agent]
    let basis: Int
    let others: [String]
    let curl: String

    init(
        shell: Shell,
        _ card: RateCard?,
        _ form: RateCardForm,
        _ problems: FormProblems,
        _ call: PageCall
    ) {
        self.shell = shell
        status = problems.status
        isNew = card == nil
        action =
            card.map { RateCardPages.root(of: $0.key) + "/edit" }
            ?? Section.rateCards.path + "/new"
        back = card.map { RateCardPages.path(of: $0.key) } ?? Section.rateCards.path
        basis = form.basis
        let keyHint = "Small letters, digits, - and _. It never changes."
        key =
            card == nil
            ? FormField("key", "Key", value: form.key, hint: keyHint, problem: problems["key"])
            : nil
        name = FormField("name", "Name", value: form.name, problem: problems["name"])
        currency = FormField(
            "currency",
            "Currency",
            value: form.currency,
            hint: "A code of ISO 4217: USD, EUR, JPY.",
            problem: problems["currency"]
        )
        var places: [Int: Int] = [:]
        for (sent, entry) in form.filled.enumerated() { places[entry.place] = sent }
        rows = form.rows.enumerated().map { index, row in
            let field = places[index].map { "entries[\($0)]" } ?? "none"
            return Row(
                number: index + 1,
                index: index,
                agent: row.agent,
                price: row.price,
                agentProblem: problems[field + ".agent_key"],
                priceProblem: problems[field + ".price_per_unit"].map {
                    Decimal(row.price) == nil ? Self.priceRule : $0
                }
            )
        }
        agents = call.principal.catalog.agents(after: nil, limit: Self.agentsLimit)
            .map { Agent(key: $0.key.text.string, name: $0.name.string) }
        others = problems.all.filter { problem in
            !["key", "name", "currency"].contains(problem.field)
                && !problem.field.hasPrefix("entries[")
        }
        .map { $0.field == "basis" ? $0.message : "\($0.field) \($0.message)" }
        var writer = JSONWriter(reserving: 256)
        writer.value(form.json)
        let path = PercentCoding.encode(Text(form.key.isEmpty ? "standard" : form.key))
        curl = Curl.send(
            "PUT",
            "/v1/rate-cards/\(path)",
            writer.bytes,
            at: call.dashboard.publicURL
        )
    }
}
