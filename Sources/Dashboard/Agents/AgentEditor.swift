// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import Simulation
import TrafficStudy

/// The form of an agent on its way to a page: what was typed, what is wrong, what was found.
struct AgentEditor {
    /// So many agents and rate cards can be chosen from.
    private static let limitChoices = 200

    let call: PageCall
    /// The agent as it is; nil for one that is not there yet.
    let agent: Agent?
    var form: AgentForm
    var tryForm: TryForm
    var problems: [FieldError] = []
    var tryProblems: [FieldError] = []
    /// What stands against the whole.
    var trouble: String?
    var study: LintReport?
    var result: SimulationResult?

    /// The form as nobody has touched it yet.
    init(opening agent: Agent?, _ call: PageCall) {
        self.call = call
        self.agent = agent
        form = agent.map(AgentForm.init) ?? AgentForm(key: call.fields.text("key"))
        tryForm = TryForm(agent: agent?.key.description ?? "")
    }

    /// The form as it was sent.
    init(sent agent: Agent?, _ call: PageCall) {
        self.call = call
        self.agent = agent
        form = AgentForm(call.form)
        tryForm = TryForm(call.form)
        guard let agent else { return }
        form.key = agent.key.description
        tryForm.agent = agent.key.description
    }

    // MARK: The page

    var page: AgentEditorPage {
        let key = agent?.key.description
        let path = key.map { "/dashboard/agents/\($0)" }
        let isWrong = !problems.isEmpty || !tryProblems.isEmpty || trouble != nil
        return AgentEditorPage(
            shell: Shell(
                title: agent.map { "A change of \($0.name.string)" } ?? "A new agent",
                section: .agents,
                call
            ),
            status: isWrong ? 400 : 200,
            page: agent.map { AgentPages.path(of: $0.key) },
            studyAction: path.map { $0 + "/edit" } ?? "/dashboard/agents/new",
            publishAction: path.map { $0 + "/publish" } ?? "/dashboard/agents",
            form: form,
            units: Span.Unit.allCases.map {
                choice($0.rawValue, $0.rawValue, form.periodUnit.rawValue)
            },
            attributions: AttributionMethod.allCases.reversed().map {
                choice($0.rawValue, "\($0.rawValue): \($0.words)", form.attribution)
            },
            problems: fieldProblems,
            conditionProblems: conditionProblems,
            hasConditionProblems: !conditionProblems.isEmpty,
            trouble: trouble,
            mayPublish: call.membership.role.may(.administer),
            effect: effect,
            hash: agent?.contract.hash.description ?? "",
            name: agent?.name.string ?? "",
            version: agent?.contractVersion ?? 0,
            study: study.map(AgentEditorPage.Study.init),
            tryForm: tryForm,
            isByPeriod: tryForm.by == "period",
            tryAgents: tryAgents,
            hasTryAgents: !tryAgents.isEmpty,
            cannotTry: agent == nil && tryAgents.isEmpty,
            rateCards: rateCards,
            tryProblems: tryProblems.map {
                AgentEditorPage.Problem(field: $0.field, message: $0.message)
            },
            result: result.map(TryResult.init),
            curl: curl
        )
    }

    private func choice(
        _ value: String,
        _ title: String,
        _ chosen: String
    ) -> AgentEditorPage.Choice {
        AgentEditorPage.Choice(value: value, title: title, isChosen: value == chosen)
    }

    /// Where the page says what is wrong with a field of the API; nil for the condition.
    private static func place(
        of field: String
    ) -> WritableKeyPath<AgentEditorPage.FieldProblems, String?>? {
        switch field {
        case "key": \.key
        case "name": \.name
        case "contract.settlement_period": \.period
        case "contract.attribution_method": \.attribution
        case "contract.unit": \.unit
        default: nil
        }
    }

    private var fieldProblems: AgentEditorPage.FieldProblems {
        var found = AgentEditorPage.FieldProblems()
        for problem in problems {
            guard let field = Self.place(of: problem.field) else { continue }
            found[keyPath: field] = problem.message
        }
        return found
    }

    private var conditionProblems: [AgentEditorPage.Problem] {
        let mark = "contract."
        return problems.filter { Self.place(of: $0.field) == nil }.map { problem in
            let field =
                problem.field.hasPrefix(mark)
                ? String(problem.field.dropFirst(mark.utf8.count)) : problem.field
            return AgentEditorPage.Problem(field: field, message: problem.message)
        }
    }

    /// What publishing what was typed would do; nil while it is not right.
    private var effect: String? {
        guard let contract = try? form.contract() else { return nil }
        guard let agent else {
            return "Publishing makes the agent, with version 1 of its contract."
        }
        let revival = agent.isArchived ? " The agent is in use again after it." : ""
        guard agent.contract.hash == contract.hash else {
            return "Publishing makes version \(agent.contractVersion + 1)." + revival
        }
        let same = "the contract is that of version \(agent.contractVersion)."
        guard agent.name.string == form.name else {
            return "Publishing changes the name only: \(same)" + revival
        }
        return "Nothing changes: \(same)" + revival
    }

    private var tryAgents: [AgentEditorPage.Choice] {
        guard agent == nil else { return [] }
        return call.principal.catalog.agents(after: nil, limit: Self.limitChoices).map {
            choice($0.key.description, "\($0.name.string) (\($0.key))", tryForm.agent)
        }
    }

    private var rateCards: [AgentEditorPage.Choice] {
        call.principal.catalog.rateCards(after: nil, limit: Self.limitChoices).map {
            choice($0.key.description, "\($0.name.string) (\($0.key))", tryForm.rateCard)
        }
    }

    /// What publishing is in the API; while the form is not right, the agent as it is.
    private var curl: String {
        let path = "/v1/agents/" + PercentCoding.encode(Text(form.key.isEmpty ? "KEY" : form.key))
        guard let contract = try? form.contract() else {
            return Curl.get(path, at: call.dashboard.publicURL)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", form.name)
        writer.name("contract")
        contract.write(to: &writer)
        writer.endObject()
        return Curl.send("PUT", path, writer.bytes, at: call.dashboard.publicURL)
    }
}
