// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

extension SimulatedComparison {
    /// What made the difference, in a sentence for each reason; empty when there is none.
    public var explanation: String {
        reasons.map(sentence).joined(separator: " ")
    }

    private func sentence(_ reason: Reason) -> String {
        switch reason {
        case .condition:
            return turnedBy.sentence
        case .window:
            guard before.signals == after.signals else {
                return "\(counted(after.signals)) instead of \(before.signals)."
            }
            return "The window ends at \(after.endsAt) instead of \(before.endsAt)."
        case .attribution:
            return "The quantity is counted otherwise."
        case .price:
            return "A unit costs something else."
        }
    }

    private func counted(_ signals: Int) -> String {
        signals == 1 ? "1 signal counts" : "\(signals) signals count"
    }
}

extension DecidingNode {
    /// What the condition's truth comes from, in words.
    public var sentence: String {
        let verdict = holds ? "holds" : "does not hold"
        guard let leaf else { return "An empty list of conditions \(verdict)." }
        return "\(leaf.words) \(verdict)."
    }
}

extension ConditionLeaf {
    /// The question as it is written, such as `"score" gte 4`.
    fileprivate var words: String {
        let asked = "\(SignalValue.string(fact.text).text) \(self.operator.rawValue)"
        return switch operand {
        case .none: asked
        case .count(let number), .number(let number): "\(asked) \(number)"
        case .value(let value): "\(asked) \(value.text)"
        }
    }
}
