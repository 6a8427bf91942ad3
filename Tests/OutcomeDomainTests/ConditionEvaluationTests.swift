// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

extension Contract {
    /// The proof after these signals were applied one after the other.
    func proof(of signals: [Signal]) -> Proof {
        var tallies = emptyTallies
        for (index, signal) in signals.enumerated() {
            count(signal, number: index + 1, in: &tallies)
        }
        return evaluate(tallies)
    }
}

/// Every operator with every kind of value (SPEC 5).
@Suite("Operators")
struct ConditionEvaluationTests {
    /// One row of a truth table: a leaf, and T or F for each column.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String?
        let expected: String

        init(_ name: String, _ value: String?, _ expected: String) {
            self.name = name
            self.value = value
            self.expected = expected
        }

        var testDescription: String { "\(name) \(value ?? "")" }

        var contract: Contract {
            get throws {
                let operand = value.map { #","value":\#($0)"# } ?? ""
                return try OutcomeDomainTests.contract(
                    #"{"fact":"a","operator":"\#(name)"\#(operand)}"#
                )
            }
        }

        func check(_ columns: [[Signal]]) throws {
            let contract = try contract
            let found = columns.map { contract.proof(of: $0).holds ? "T" : "F" }
            #expect(found.joined(separator: " ") == expected)
        }
    }

    /// Never, without a value, and with a latest value of each kind.
    private static let latestValues: [[Signal]] = {
        let values: [SignalValue] = [
            .string("4"), .string(""), .boolean(true), .boolean(false),
            .number(decimal("3.9")), .number(decimal("4.0")), .number(decimal("4.1")),
            .number(-4), .number(0),
        ]
        return [[], [signal(1, "b", value: .number(4))], [signal(1, "a")]]
            + values.map { [signal(1, "a", value: $0)] }
    }()

    @Test(
        "the latest value is compared strictly by its type",
        arguments: [
            // never, other action, none, "4", "", true, false, 3.9, 4.0, 4.1, -4, 0
            Row("seen", nil, "F F T T T T T T T T T T"),
            Row("not_seen", nil, "T T F F F F F F F F F F"),
            Row("match", "4", "F F F F F F F F T F F F"),
            Row("match", "4.000", "F F F F F F F F T F F F"),
            Row("match", #""4""#, "F F F T F F F F F F F F"),
            Row("match", #""""#, "F F F F T F F F F F F F"),
            Row("match", "true", "F F F F F T F F F F F F"),
            Row("match", "false", "F F F F F F T F F F F F"),
            Row("match", "0", "F F F F F F F F F F F T"),
            Row("match", #""null""#, "F F F F F F F F F F F F"),
            Row("gte", "4", "F F F F F F F F T T F F"),
            Row("lte", "4", "F F F F F F F T T F T T"),
            Row("gt", "4", "F F F F F F F F F T F F"),
            Row("lt", "4", "F F F F F F F T F F T T"),
            Row("not_gte", "4", "T T T T T T T T F F T T"),
            Row("not_lte", "4", "T T T T T T T F F T F F"),
            Row("not_gt", "4", "T T T T T T T T T F T T"),
            Row("not_lt", "4", "T T T T T T T F T T F F"),
            Row("gte", "-4", "F F F F F F F T T T T T"),
            Row("count_eq", "0", "T T F F F F F F F F F F"),
            Row("count_eq", "1", "F F T T T T T T T T T T"),
        ]
    )
    func latestValue(row: Row) throws { try row.check(Self.latestValues) }

    private static let counts: [[Signal]] = (0...4).map { count in
        (0..<count).map { signal($0 + 1, "a", value: $0 % 2 == 0 ? .number(9) : nil) }
    }

    @Test(
        "counts count the applied signals of the action, with a value or without",
        arguments: [
            Row("count_gte", "2", "F F T T T"),
            Row("count_lte", "2", "T T T F F"),
            Row("count_gt", "2", "F F F T T"),
            Row("count_lt", "2", "T T F F F"),
            Row("count_eq", "2", "F F T F F"),
            Row("count_eq", "2.0", "F F T F F"),
            Row("count_gte", "0", "T T T T T"),
            Row("count_lt", "0", "F F F F F"),
            Row("count_lte", "999999999999999999", "T T T T T"),
            Row("seen", nil, "F T T T T"),
            Row("not_seen", nil, "T F F F F"),
        ]
    )
    func counts(row: Row) throws { try row.check(Self.counts) }

    @Test("every operator is in the tables of these tests")
    func complete() {
        let tested: Set = [
            "seen", "not_seen", "match", "gte", "lte", "gt", "lt", "not_gte", "not_lte",
            "not_gt", "not_lt", "count_gte", "count_lte", "count_gt", "count_lt", "count_eq",
        ]
        #expect(Set(ConditionOperator.allCases.map(\.rawValue)) == tested)
    }

    @Test("the latest value is the last in stream order that is one; signals without pass it by")
    func latestOfSeveral() throws {
        let contract = try contract(#"{"fact":"csat","operator":"gte","value":3}"#)
        let low = signal(1, "csat", at: 9, value: .number(1))
        let high = signal(2, "csat", at: 9, value: .number(5))
        let none = signal(3, "csat", at: 9)
        let words = signal(4, "csat", at: 9, value: .string("5"))
        #expect(contract.proof(of: [low, high]).holds)
        #expect(!contract.proof(of: [high, low]).holds)
        #expect(contract.proof(of: [low, high, none]).holds)
        #expect(!contract.proof(of: [high, words]).holds)
    }

    @Test("strings are matched by their bytes: é in its two spellings is two values")
    func bytes() throws {
        let contract = try contract(#"{"fact":"a","operator":"match","value":"caf\u00e9"}"#)
        let composed = SignalValue.string("caf\u{E9}")
        let decomposed = SignalValue.string("cafe\u{301}")
        #expect(contract.proof(of: [signal(1, "a", value: composed)]).holds)
        #expect(!contract.proof(of: [signal(1, "a", value: decomposed)]).holds)
    }

    @Test("34 digits are told apart")
    func digits() throws {
        let contract = try contract(
            #"{"fact":"a","operator":"gt","value":1234567890123456.123456789012345678}"#
        )
        let equal = SignalValue.number(decimal("1234567890123456.123456789012345678"))
        let above = SignalValue.number(decimal("1234567890123456.123456789012345679"))
        #expect(!contract.proof(of: [signal(1, "a", value: equal)]).holds)
        #expect(contract.proof(of: [signal(1, "a", value: above)]).holds)
    }

    @Test(
        "nodes hold as logic has it",
        arguments: [
            (#"[]"#, true), (#"{"all":[]}"#, true), (#"{"not":[]}"#, false),
            (#"{"any":[[]]}"#, true), (#"{"any":[{"not":[]}]}"#, false),
            (#"[[],{"not":[]}]"#, false), (#"{"any":[{"not":[]},[]]}"#, true),
            (#"{"not":{"not":[]}}"#, true),
            (#"{"any":[{"all":[[],{"not":[]}]},{"all":[[],[]]}]}"#, true),
        ]
    )
    func logic(text: String, holds: Bool) throws {
        #expect(try contract(text).proof(of: []).holds == holds)
    }

    @Test("a condition of many actions finds the tally of each", arguments: [1, 8, 9, 40])
    func manyActions(count: Int) throws {
        let leaves = (0..<count).map { #"{"fact":"a\#($0)","operator":"seen"}"# }
        let contract = try contract("[\(leaves.joined(separator: ","))]")
        #expect(contract.facts.count == count)
        for index in 0..<count {
            let proof = contract.proof(of: [signal(1, Text("a\(index)"))])
            #expect(proof.truth.dropFirst().firstIndex(of: true) == index + 1)
        }
        let all = (0..<count).map { signal($0 + 1, Text("a\($0)")) }
        #expect(contract.proof(of: all).holds)
        #expect(!contract.proof(of: all + [signal(99, "other")]).decidedBy.contains(99))
    }

    @Test("a leaf is put together only with an operand that its operator takes")
    func leaves() {
        let operands: [(ConditionOperand, [ConditionOperator])] = [
            (.none, [.seen, .notSeen]),
            (.count(2), [.countGte, .countLte, .countGt, .countLt, .countEq]),
            (.count(-1), []),
            (.count(decimal("1.5")), []),
            (.number(2), [.gte, .lte, .gt, .lt, .notGte, .notLte, .notGt, .notLt]),
            (.value(.boolean(true)), [.match]),
        ]
        for (operand, operators) in operands {
            let taken = ConditionOperator.allCases.filter {
                ConditionLeaf(fact: action("a"), operator: $0, operand: operand) != nil
            }
            #expect(Set(taken) == Set(operators))
        }
    }
}
