// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// What makes one contract another, for people.
struct ContractDifference: Sendable {
    /// A term besides the condition.
    struct Term: Equatable, Sendable {
        let name: String
        let before: String
        let after: String
    }

    /// The terms that differ.
    let terms: [Term]
    /// The condition's tree; nil when the condition is the same.
    let condition: ConditionDifference?

    /// Compares two contracts.
    init(from before: Contract, to after: Contract) {
        let all = [
            Term(
                name: "Settlement window",
                before: Span(seconds: before.settlementPeriodSeconds).words,
                after: Span(seconds: after.settlementPeriodSeconds).words
            ),
            Term(
                name: "Attribution",
                before: before.attributionMethod.rawValue,
                after: after.attributionMethod.rawValue
            ),
            Term(
                name: "Unit",
                before: before.unit?.string ?? "none",
                after: after.unit?.string ?? "none"
            ),
        ]
        let isOtherUnit = before.unit != after.unit
        terms = all.filter { term in
            term.name == "Unit" ? isOtherUnit : term.before != term.after
        }
        condition =
            before.condition.hash == after.condition.hash
            ? nil : ConditionDifference(from: before.condition, to: after.condition)
    }

    /// In one line: `window 3 days to 5 days; 1 question added, 2 removed`.
    var summary: String {
        var parts = terms.map { term in
            "\(term.name.lowercased()) \(term.before) to \(term.after)"
        }
        if let condition {
            let counts = [
                (condition.count(of: .added), "added"), (condition.count(of: .removed), "removed"),
                (condition.count(of: .changed), "changed"), (condition.count(of: .moved), "moved"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            parts.append("condition: " + counts.joined(separator: ", "))
        }
        return parts.isEmpty ? "the same contract" : parts.joined(separator: "; ")
    }
}
