// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What a leaf asks of its action; the raw value is the canonical spelling (SPEC 5).
public enum ConditionOperator: String, Hashable, Sendable, CaseIterable {
    /// The action was applied at least once.
    case seen
    /// The action was never applied.
    case notSeen = "not_seen"
    /// The number of applied signals of the action is at least the operand.
    case countGte = "count_gte"
    /// The number of applied signals of the action is at most the operand.
    case countLte = "count_lte"
    /// The number of applied signals of the action is above the operand.
    case countGt = "count_gt"
    /// The number of applied signals of the action is below the operand.
    case countLt = "count_lt"
    /// The number of applied signals of the action is the operand.
    case countEq = "count_eq"
    /// The latest value is the operand, strictly by JSON type.
    case match
    /// The latest value is a number and at least the operand.
    case gte
    /// The latest value is a number and at most the operand.
    case lte
    /// The latest value is a number and above the operand.
    case gt
    /// The latest value is a number and below the operand.
    case lt
    /// Exactly the opposite of `gte`: also true when there is no value.
    case notGte = "not_gte"
    /// Exactly the opposite of `lte`: also true when there is no value.
    case notLte = "not_lte"
    /// Exactly the opposite of `gt`: also true when there is no value.
    case notGt = "not_gt"
    /// Exactly the opposite of `lt`: also true when there is no value.
    case notLt = "not_lt"
}

extension ConditionOperator {
    /// Reads an operator: its raw value, or `not ` with a blank in place of `not_` (SPEC 5).
    ///
    /// Nil for any other text; capitals are other texts.
    public init?(spelling: Text) {
        guard let found = Self.bySpelling[spelling] else { return nil }
        self = found
    }

    private static let bySpelling: [Text: ConditionOperator] = {
        var bySpelling: [Text: ConditionOperator] = [:]
        for found in allCases {
            bySpelling[Text(found.rawValue)] = found
            guard found.rawValue.hasPrefix("not_") else { continue }
            bySpelling[Text("not " + found.rawValue.dropFirst(4))] = found
        }
        return bySpelling
    }()

    /// What an operator takes as its `value`.
    enum OperandKind {
        case nothing
        case count
        case number
        case value
    }

    var operandKind: OperandKind {
        switch self {
        case .seen, .notSeen: .nothing
        case .countGte, .countLte, .countGt, .countLt, .countEq: .count
        case .match: .value
        case .gte, .lte, .gt, .lt, .notGte, .notLte, .notGt, .notLt: .number
        }
    }
}
