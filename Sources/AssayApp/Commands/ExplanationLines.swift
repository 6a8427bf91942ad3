// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// Tells an explanation to a person.
struct ExplanationLines {
    private(set) var lines: [String] = []
    private let explanation: Explanation

    /// So many dead letters are named.
    private static let limitLetters = 10

    init(_ explanation: Explanation, of key: OutcomeKey) {
        self.explanation = explanation
        let scheduled = explanation.scheduledResolution.map { ", scheduled \($0.rawValue)" } ?? ""
        let state = explanation.state?.rawValue ?? "not opened"
        lines.append("\(key): \(state)\(scheduled) (version \(explanation.version))")
        lines.append("  \(explanation.reason)")
        if let terms = explanation.terms { add(terms) }
        if let truth = explanation.truth {
            lines.append("")
            add(truth, depth: 1)
        }
        addAttribution()
        addCounterfactual()
        addMissing()
        addLetters()
    }

    private mutating func add(_ terms: OutcomeTerms) {
        lines.append(
            "  customer \(terms.customer), agent \(terms.agent)"
                + (terms.agentInferred ? " (inferred)" : "") + ", contract version "
                + "\(terms.contractVersion) (\(terms.contract.hash.hex))"
        )
        lines.append(
            "  \(terms.price) \(terms.currency) each by rate card \(terms.rateCard) version "
                + "\(terms.rateCardVersion)"
        )
    }

    // MARK: The condition

    private mutating func add(_ node: TruthNode, depth: Int) {
        let margin = String(repeating: "  ", count: depth)
        let mark = node.holds ? "✓" : "✗"
        switch node.kind {
        case .all(let children): add("all of", children)
        case .any(let children): add("any of", children)
        case .not(let child): add("not", [child])
        case .leaf(let leaf, let count, let latestValue):
            let value = latestValue.map { ", latest value \($0.text)" } ?? ""
            let decider = node.decidedBy.map { " by \(Self.name($0))" } ?? ""
            lines.append(
                "\(margin)\(mark) \(Self.question(leaf)): \(count.counted("signal"))\(value)"
                    + decider
            )
        }
        func add(_ name: String, _ children: [TruthNode]) {
            lines.append("\(margin)\(mark) \(name)")
            for child in children {
                self.add(child, depth: depth + 1)
            }
        }
    }

    private static func question(_ leaf: ConditionLeaf) -> String {
        let operand: String =
            switch leaf.operand {
            case .none: ""
            case .count(let number), .number(let number): " \(number)"
            case .value(let value): " \(value.text)"
            }
        return "\(leaf.fact) \(leaf.operator.rawValue)\(operand)"
    }

    private static func name(_ reference: SignalReference) -> String {
        "\(reference.eventID) at \(reference.receivedAt) (version \(reference.version))"
    }

    // MARK: The rest

    private mutating func addAttribution() {
        guard let terms = explanation.terms, let charge = explanation.charge else { return }
        lines.append("")
        let carriers = explanation.attributedCount
        let origin =
            carriers == 0
            ? "no signal carries an attribution"
            : "\(terms.contract.attributionMethod.rawValue) of \(carriers.counted("attribution"))"
        lines.append(
            "  quantity \(charge.quantity) (\(origin)), amount \(charge.amount) \(charge.currency)"
                + (explanation.isBilled ? "" : ", not billed")
        )
        for contribution in explanation.contributions.prefix(Self.limitLetters) {
            lines.append("    \(contribution.attribution) by \(Self.name(contribution.signal))")
        }
        let more = carriers - min(explanation.contributions.count, Self.limitLetters)
        if terms.contract.attributionMethod == .sum, more > 0 {
            lines.append("    and \(more.counted("signal")) more")
        }
    }

    private mutating func addCounterfactual() {
        lines.append("")
        switch explanation.counterfactual {
        case .success(let counterfactual):
            lines.append("  \(counterfactual.state.rawValue) instead: \(counterfactual.text)")
            for change in counterfactual.changes {
                if let late = counterfactual.late[change.action] {
                    let seconds = Decimal(
                        secondsOf: late.receivedAt.microseconds(since: counterfactual.before)
                    )
                    lines.append("    one came \(seconds) s too late: \(Self.name(late))")
                }
                if let margin = change.margin {
                    lines.append("    \"\(change.action)\" is \(margin) off")
                }
            }
        case .failure(.notOpened): lines.removeLast()
        case .failure(.tooManySignals):
            lines.append(
                "  What would have turned it is not looked for beyond "
                    + "\(OutcomeTrail.signalLimit) signals."
            )
        case .failure(.notFound):
            lines.append("  No change of its signals that was looked at turns it.")
        }
    }

    private mutating func addMissing() {
        for dependency in explanation.missing {
            let agent = dependency.agent.map { ", agent \($0)" } ?? ", no agent named"
            lines.append(
                "  \(dependency.signals.counted("signal")) waiting: \(dependency.code.rawValue) "
                    + "(customer \(dependency.customer)\(agent))"
            )
        }
    }

    private mutating func addLetters() {
        let letters = explanation.letters
        guard !letters.isEmpty else { return }
        lines.append("")
        lines.append("  \(letters.count.counted("dead letter")) outstanding")
        for letter in letters.prefix(Self.limitLetters) {
            lines.append(
                "    \(letter.signal.action): \(letter.code.rawValue)"
                    + (letter.isParked ? ", parked" : "") + ", \(Self.name(letter.signal))"
            )
        }
        if letters.count > Self.limitLetters {
            lines.append("    and \(letters.count - Self.limitLetters) more")
        }
    }
}
