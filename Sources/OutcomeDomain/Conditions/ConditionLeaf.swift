// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What a leaf compares with: the `value` of its JSON form (SPEC 5).
public enum ConditionOperand: Hashable, Sendable {
    /// Nothing, for `seen` and `not_seen`.
    case none
    /// An integer >= 0, for the `count_` operators.
    case count(Decimal)
    /// A number, for the comparisons.
    case number(Decimal)
    /// A string, number or boolean, for `match`.
    case value(SignalValue)
}

/// One question about one action (SPEC 5).
///
/// The operand always fits the operator.
public struct ConditionLeaf: Hashable, Sendable {
    /// The action asked about.
    public let fact: Action
    /// The question.
    public let `operator`: ConditionOperator
    /// What to compare with.
    public let operand: ConditionOperand

    /// Puts a leaf together; nil when the operator does not take such an operand.
    public init?(
        fact: Action,
        operator: ConditionOperator,
        operand: ConditionOperand = .none
    ) {
        switch (`operator`.operandKind, operand) {
        case (.nothing, .none), (.number, .number), (.value, .value): break
        case (.count, .count(let count)) where count.isInteger && !count.isNegative: break
        default: return nil
        }
        self.fact = fact
        self.operator = `operator`
        self.operand = operand
    }
}
