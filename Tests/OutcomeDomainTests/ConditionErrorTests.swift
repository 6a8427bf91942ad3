// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// What is wrong with a condition, and where (SPEC 5).
@Suite("Wrong conditions")
struct ConditionErrorTests {
    private static let operators =
        "must be one of seen, not_seen, count_gte, count_lte, count_gt, count_lt, count_eq, "
        + "match, gte, lte, gt, lt, not_gte, not_lte, not_gt, not_lt"
    private static let shapes =
        "must be a list or an object with fact and operator, with all, any or not, "
        + "or with op and conditions"
    private static let seen = #"{"fact":"a","operator":"seen"}"#

    /// The errors as `path: message`.
    private func errors(_ text: String, field: String = "condition") throws -> [String] {
        let value = try json(text)
        do throws(ValidationFailure) {
            _ = try Condition(json: value, field: field)
            return []
        } catch {
            return error.details.map { "\($0.field): \($0.message)" }
        }
    }

    @Test(
        "what is no node is said so",
        arguments: ["null", "true", "7", #""seen""#]
    )
    func noNode(text: String) throws {
        #expect(try errors(text) == ["condition: must be an object or a list"])
    }

    @Test(
        "an object has exactly one shape",
        arguments: [
            "{}", #"{"foo":1}"#, #"{"all":[],"any":[\#(seen)]}"#, #"{"fact":"a","all":[]}"#,
            #"{"not":[],"op":"AND","conditions":[]}"#, #"{"all":null,"any":null}"#,
        ]
    )
    func shapes(text: String) throws {
        #expect(try errors(text) == ["condition: \(Self.shapes)"])
    }

    @Test(
        "the members of a node are checked",
        arguments: [
            (#"{"all":null}"#, ["condition.all: is required"]),
            (#"{"all":{}}"#, ["condition.all: must be a list"]),
            (#"{"any":"x"}"#, ["condition.any: must be a list"]),
            (#"{"any":[]}"#, ["condition.any: must hold at least one condition"]),
            (#"{"not":null}"#, ["condition.not: is required"]),
            (#"{"not":7}"#, ["condition.not: must be an object or a list"]),
            (#"{"op":"AND"}"#, ["condition.conditions: is required"]),
            (#"{"op":"OR","conditions":{}}"#, ["condition.conditions: must be a list"]),
            (
                #"{"op":"OR","conditions":[]}"#,
                ["condition.conditions: must hold at least one condition"]
            ),
            (
                #"{"op":"NOT","conditions":[]}"#,
                ["condition.conditions: must hold exactly one condition"]
            ),
            (
                #"{"op":"NOT","conditions":[\#(seen),\#(seen)]}"#,
                ["condition.conditions: must hold exactly one condition"]
            ),
            (#"{"conditions":[]}"#, ["condition.op: is required"]),
            (#"{"op":"and","conditions":[]}"#, ["condition.op: must be AND, OR or NOT"]),
            (#"{"op":7,"conditions":[]}"#, ["condition.op: must be AND, OR or NOT"]),
            (
                #"{"op":"XOR","conditions":[7]}"#,
                [
                    "condition.op: must be AND, OR or NOT",
                    "condition.conditions[0]: must be an object or a list",
                ]
            ),
        ]
    )
    func nodes(text: String, expected: [String]) throws {
        #expect(try errors(text) == expected)
    }

    @Test(
        "fields that are not known are named",
        arguments: [
            (#"{"all":[],"x":1}"#, ["condition.x: is not a known field"]),
            (
                #"{"fact":"a","operator":"seen","y":null,"Value":1}"#,
                ["condition.y: is not a known field", "condition.Value: is not a known field"]
            ),
            (
                #"[{"not":{"fact":"a","operator":"seen","z":1}}]"#,
                ["condition[0].not.z: is not a known field"]
            ),
        ]
    )
    func unknownFields(text: String, expected: [String]) throws {
        #expect(try errors(text) == expected)
    }

    @Test(
        "fact and operator are checked",
        arguments: [
            (
                #"{"value":1}"#,
                ["condition.fact: is required", "condition.operator: is required"]
            ),
            (#"{"operator":"seen"}"#, ["condition.fact: is required"]),
            (#"{"fact":"a"}"#, ["condition.operator: is required"]),
            (
                #"{"fact":"","operator":"seen"}"#,
                ["condition.fact: must be a string of 1 to 255 characters"]
            ),
            (
                #"{"fact":7,"operator":null}"#,
                [
                    "condition.fact: must be a string of 1 to 255 characters",
                    "condition.operator: is required",
                ]
            ),
            (#"{"fact":"a","operator":"SEEN"}"#, ["condition.operator: \(operators)"]),
            (#"{"fact":"a","operator":7,"value":1}"#, ["condition.operator: \(operators)"]),
        ]
    )
    func leaves(text: String, expected: [String]) throws {
        #expect(try errors(text) == expected)
    }

    @Test("a fact has at most 255 characters, counted as Unicode scalars")
    func longFact() throws {
        func leaf(_ count: Int) -> String {
            #"{"fact":"\#(String(repeating: "é", count: count))","operator":"seen"}"#
        }
        #expect(try errors(leaf(255)) == [])
        #expect(
            try errors(leaf(256)) == ["condition.fact: must be a string of 1 to 255 characters"]
        )
    }

    @Test(
        "a value is there exactly when the operator takes one",
        arguments: ConditionOperator.allCases
    )
    func missingAndSurplus(found: ConditionOperator) throws {
        let leaf = #"{"fact":"a","operator":"\#(found.rawValue)""#
        switch found {
        case .seen, .notSeen:
            #expect(
                try errors(leaf + #","value":1}"#)
                    == ["condition.value: is not taken by \(found.rawValue)"]
            )
            #expect(try errors(leaf + #","value":null}"#) == [])
        default:
            let expected = ["condition.value: is required by \(found.rawValue)"]
            #expect(try errors(leaf + "}") == expected)
            #expect(try errors(leaf + #","value":null}"#) == expected)
        }
    }

    @Test("a value is of the type that the operator takes", arguments: ConditionOperator.allCases)
    func types(found: ConditionOperator) throws {
        func messages(_ value: String) throws -> [String] {
            try errors(#"{"fact":"a","operator":"\#(found.rawValue)","value":\#(value)}"#)
        }
        switch found {
        case .seen, .notSeen:
            break
        case .countGte, .countLte, .countGt, .countLt, .countEq:
            for value in [#""1""#, "true", "-1", "1.5", "[]", "{}"] {
                #expect(
                    try messages(value) == ["condition.value: must be an integer of at least 0"]
                )
            }
        case .match:
            for value in ["[]", "{}"] {
                #expect(
                    try messages(value)
                        == ["condition.value: must be a string, a number or a boolean"]
                )
            }
        case .gte, .lte, .gt, .lt, .notGte, .notLte, .notGt, .notLt:
            for value in [#""1""#, "true", "[]", "{}"] {
                #expect(try messages(value) == ["condition.value: must be a number"])
            }
        }
    }

    @Test("all errors are found, each with its path from the field that was named")
    func paths() throws {
        let text = """
            {"all":[\(Self.seen),
                {"fact":"a","operator":"sean"},
                {"any":[{"not":{"op":"AND","conditions":[{"fact":"","operator":"gte"}]}},[7]]},
                {"any":[]}]}
            """
        #expect(
            try errors(text, field: "contract.condition") == [
                "contract.condition.all[1].operator: \(Self.operators)",
                "contract.condition.all[2].any[0].not.conditions[0].fact: "
                    + "must be a string of 1 to 255 characters",
                "contract.condition.all[2].any[0].not.conditions[0].value: is required by gte",
                "contract.condition.all[2].any[1][0]: must be an object or a list",
                "contract.condition.all[3].any: must hold at least one condition",
            ]
        )
    }
}
