// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A record of delivered value as it is typed.
struct ValueForm {
    static let names = ["outcome_type", "title", "description", "value_usd", "agent_id"]

    /// The form as its page shows it.
    struct Shown: Sendable {
        struct Choice: Sendable {
            let value: String
            let text: String
            let isChosen: Bool
        }

        let kinds: [Choice]
        let kindProblem: String?
        let fields: [FormField]
        /// What makes this form one record, however often it is sent.
        let once: String
    }

    private let kind: String
    private let title: String
    private let description: String
    private let usd: String
    private let agent: String
    private let once: String

    /// The idempotency key of the form; nil when it was not made by its page.
    var key: Text? { Digest(hex: once).map { Text($0.hex) } }

    init(_ form: Form) {
        kind = form.text("outcome_type")
        title = form.text("title")
        description = form.text("description")
        usd = form.text("value_usd")
        agent = form.text("agent_id")
        once = form.text("once")
    }

    /// What was typed, with what is wrong beside it.
    func shown(_ problems: FormProblems) -> Shown {
        Shown(
            kinds: ValueKind.allCases.map { known in
                Shown.Choice(
                    value: known.rawValue,
                    text: known.words,
                    isChosen: known.rawValue == kind
                )
            },
            kindProblem: problems["outcome_type"],
            fields: [
                FormField("title", "Title", value: title, problem: problems["title"]),
                FormField(
                    "description",
                    "Description",
                    value: description,
                    problem: problems["description"],
                    isRequired: false
                ),
                FormField(
                    "value_usd",
                    "Estimated value in USD",
                    value: usd,
                    problem: problems["value_usd"],
                    isRequired: false
                ),
                FormField(
                    "agent_id",
                    "Number of the agent",
                    value: agent,
                    hint: "The agents of other systems have numbers; those of Assay have keys.",
                    problem: problems["agent_id"],
                    isRequired: false
                ),
            ],
            once: Digest.random().hex
        )
    }

    /// The record; nil when something is wrong.
    func value(of user: Int64?, _ problems: inout FormProblems) -> DeliveredValue? {
        let kind = ValueKind(rawValue: kind)
        if kind == nil { problems.add("outcome_type", "Choose what was done.") }
        let title = ValueTitle(Text(title))
        if title == nil { problems.add("title", "Needs 1 to 200 characters.") }
        let description = ValueDescription(Text(description))
        if description == nil { problems.add("description", "Has at most 1,000 characters.") }
        let usd = usd.isEmpty ? nil : Decimal(usd)
        if !self.usd.isEmpty, usd == nil || usd?.isNegative == true {
            problems.add("value_usd", "Is a decimal of at least 0, such as 120.50.")
        }
        let agent = Int64(agent)
        if !self.agent.isEmpty, agent == nil { problems.add("agent_id", "Is a whole number.") }
        guard problems.isEmpty, let kind, let title else { return nil }
        return DeliveredValue(
            kind: kind,
            title: title,
            description: self.description.isEmpty ? nil : description,
            usd: usd,
            agent: agent,
            user: user
        )
    }
}

extension ValueKind {
    /// The kind as people call it.
    var words: String {
        switch self {
        case .negotiationComplete: "Negotiation completed"
        case .amplificationComplete: "Content amplified"
        case .dealClosed: "Deal closed"
        case .broadcastComplete: "Broadcast"
        case .taskComplete: "Task completed"
        case .contentPublished: "Content published"
        }
    }
}
