// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ContractLint
import ExactValues
import OutcomeDomain
import TrafficStudy

/// The form of an agent, with the builder of its condition, what was found in it, and what it would
/// have made of outcomes there have been.
struct AgentEditorPage: PageModel {
    /// One of several that can be chosen.
    struct Choice: Sendable {
        let value: String
        let title: String
        let isChosen: Bool
    }

    /// Something that is wrong.
    struct Problem: Sendable {
        let field: String
        let message: String
    }

    /// What is wrong with a field; nil when nothing is.
    struct FieldProblems: Sendable {
        var key: String?
        var name: String?
        var period: String?
        var attribution: String?
        var unit: String?
    }

    /// Something that was found, which may be meant so.
    struct Finding: Sendable {
        let severity: String
        let severityWord: String
        let place: String
        let message: String
    }

    /// An action that was seen in traffic.
    struct Observed: Sendable {
        let action: String
        let signals: Int
        let values: String
    }

    /// What checking has found.
    struct Study: Sendable {
        let tree: [ConditionRow]
        let findings: [Finding]
        let isComplete: Bool
        let outcomes: Int
        let observed: [Observed]
    }

    let template = "agent-editor"
    let shell: Shell
    let status: Int
    /// The agent's page; nil for one that is not there yet.
    let page: String?
    /// Where checking and trying is done.
    let studyAction: String
    /// Where publishing is done.
    let publishAction: String
    let form: AgentForm
    let units: [Choice]
    let attributions: [Choice]
    let problems: FieldProblems
    let conditionProblems: [Problem]
    let hasConditionProblems: Bool
    /// What is wrong with the whole: somebody else was quicker, say.
    let trouble: String?
    let mayPublish: Bool
    /// What publishing would do, as far as is known.
    let effect: String?
    /// The agent as it is, for the script: contract hash and name; empty for a new one.
    let hash: String
    let name: String
    let version: Int
    let study: Study?
    let tryForm: TryForm
    let isByPeriod: Bool
    /// The agents whose outcomes can be tried on; one for an agent that is there.
    let tryAgents: [Choice]
    let hasTryAgents: Bool
    /// Whether there is no agent that it could be tried on.
    let cannotTry: Bool
    let rateCards: [Choice]
    let tryProblems: [Problem]
    let result: TryResult?
    let curl: String
}

extension AgentEditorPage.Study {
    init(_ report: LintReport) {
        var byNode: [String: [ConditionRow.Finding]] = [:]
        for finding in report.findings {
            byNode[finding.path.pointer, default: []].append(
                ConditionRow.Finding(severity: finding.severity.style, message: finding.message)
            )
        }
        tree = [ConditionRow(report.contract.condition, findings: byNode)]
        findings = report.findings.map { finding in
            AgentEditorPage.Finding(
                severity: finding.severity.style,
                severityWord: finding.severity.rawValue,
                place: finding.path.words,
                message: finding.message
            )
        }
        isComplete = report.isComplete
        outcomes = report.sample.outcomes
        observed = report.sample.ordered.prefix(Self.limitObserved).map { action, observed in
            AgentEditorPage.Observed(
                action: action.text.string,
                signals: observed.signals,
                values: observed.words
            )
        }
    }

    /// So many actions are shown.
    static let limitObserved = 50
}

extension LintFinding.Severity {
    /// The colour that goes with it.
    var style: String {
        switch self {
        case .error: "bad"
        case .warning: "wait"
        case .info: "calm"
        }
    }
}

extension ConditionPath {
    /// Where a node stands, as people count: `all, 2nd`.
    var words: String {
        guard !steps.isEmpty else { return "the whole condition" }
        return steps.map { step in
            switch step {
            case .all(let index): "all: no. \(index + 1)"
            case .any(let index): "any: no. \(index + 1)"
            case .not: "not"
            }
        }.joined(separator: ", ")
    }
}

extension ObservedAction {
    /// What values it came with, in words.
    var words: String {
        var parts: [String] = []
        if numbers > 0 {
            let range = [minimum, maximum].compactMap { $0?.description }.joined(separator: " to ")
            parts.append("numbers \(range)")
        }
        if strings > 0 {
            parts.append(
                "texts "
                    + texts.prefix(3).map { SignalValue.string($0).text }
                    .joined(separator: ", ")
            )
        }
        if booleans > 0 { parts.append("true or false") }
        return parts.isEmpty ? "no values" : parts.joined(separator: "; ")
    }
}
