// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// A condition's question in words: the action, what is asked of it, and what it is compared with.
struct LeafWords: Sendable {
    let fact: String
    let asked: String
    /// As JSON has it; empty when nothing is compared.
    let value: String
    /// What stands behind the value; may be empty.
    let tail: String

    init(_ leaf: ConditionLeaf) {
        fact = leaf.fact.text.string
        asked = Self.asked(leaf.operator)
        switch leaf.operand {
        case .none: (value, tail) = ("", "")
        case .count(let count): (value, tail) = (count.description, count == 1 ? "time" : "times")
        case .number(let number): (value, tail) = (number.description, "")
        case .value(let known): (value, tail) = (known.text, "")
        }
    }

    private static func asked(_ found: ConditionOperator) -> String {
        switch found {
        case .seen: "was seen"
        case .notSeen: "was never seen"
        case .countGte: "was seen at least"
        case .countLte: "was seen at most"
        case .countGt: "was seen more than"
        case .countLt: "was seen fewer than"
        case .countEq: "was seen exactly"
        case .match: "last said exactly"
        case .gte: "last said a number of at least"
        case .lte: "last said a number of at most"
        case .gt: "last said a number above"
        case .lt: "last said a number below"
        case .notGte: "did not last say a number of at least"
        case .notLte: "did not last say a number of at most"
        case .notGt: "did not last say a number above"
        case .notLt: "did not last say a number below"
        }
    }

    /// All of it in one line.
    var line: String {
        [fact, asked, value, tail].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
