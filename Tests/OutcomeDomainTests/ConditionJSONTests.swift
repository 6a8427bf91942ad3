// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Every accepted spelling and the one canonical form (SPEC 5).
@Suite("Conditions as JSON")
struct ConditionJSONTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try condition(text).canonicalBytes, as: UTF8.self)
    }

    private static let a = #"{"fact":"a","operator":"seen"}"#

    @Test(
        "every spelling has its canonical form",
        arguments: [
            (#"{"fact":"a","operator":"seen"}"#, a),
            (#" { "operator" : "seen" , "fact" : "a" } "#, a),
            (#"{"value":null,"operator":"seen","fact":"a","all":null}"#, a),
            (#"[]"#, #"{"all":[]}"#),
            (#"[\#(a)]"#, #"{"all":[\#(a)]}"#),
            (#"[[\#(a)],[]]"#, #"{"all":[{"all":[\#(a)]},{"all":[]}]}"#),
            (#"{"all":[\#(a),\#(a)]}"#, #"{"all":[\#(a),\#(a)]}"#),
            (#"{"all":[\#(a)],"any":null,"op":null}"#, #"{"all":[\#(a)]}"#),
            (#"{"any":[\#(a)]}"#, #"{"any":[\#(a)]}"#),
            (#"{"not":\#(a)}"#, #"{"not":\#(a)}"#),
            (#"{"not":[\#(a)]}"#, #"{"not":{"all":[\#(a)]}}"#),
            (#"{"op":"AND","conditions":[\#(a)]}"#, #"{"all":[\#(a)]}"#),
            (#"{"op":"AND","conditions":[]}"#, #"{"all":[]}"#),
            (#"{"conditions":[\#(a)],"op":"OR"}"#, #"{"any":[\#(a)]}"#),
            (#"{"op":"NOT","conditions":[\#(a)]}"#, #"{"not":\#(a)}"#),
            (#"{"op":"NOT","conditions":[[]]}"#, #"{"not":{"all":[]}}"#),
        ]
    )
    func spellings(text: String, expected: String) throws {
        #expect(try canonical(text) == expected)
        #expect(try canonical(expected) == expected)
        #expect(try condition(text).hash == condition(expected).hash)
    }

    @Test(
        "values are plain and keep their type",
        arguments: [
            ("count_gte", "2.000", "2"), ("count_eq", "1e2", "100"), ("count_lt", "-0", "0"),
            ("gte", "0.50", "0.5"), ("lt", "-1.2e1", "-12"), ("gt", "1E-3", "0.001"),
            ("match", "4.0", "4"), ("match", #""4.0""#, #""4.0""#), ("match", "true", "true"),
            ("match", "false", "false"), ("match", #""""#, #""""#),
            ("match", #""caf\u00e9 \u0022""#, #""café \"""#),
            (
                "lte", "1234567890123456.123456789012345678",
                "1234567890123456.123456789012345678"
            ),
        ]
    )
    func values(name: String, value: String, expected: String) throws {
        let text = #"{"value":\#(value),"fact":"a","operator":"\#(name)"}"#
        let plain = #"{"fact":"a","operator":"\#(name)","value":\#(expected)}"#
        #expect(try canonical(text) == plain)
    }

    @Test("every operator is read as it is written", arguments: ConditionOperator.allCases)
    func operators(found: ConditionOperator) {
        #expect(ConditionOperator(spelling: Text(found.rawValue)) == found)
        #expect(ConditionOperator(spelling: Text(found.rawValue.uppercased())) == nil)
        #expect(ConditionOperator(spelling: Text(found.rawValue + " ")) == nil)
    }

    @Test(
        "every not_ operator may be written with a blank",
        arguments: [
            ("not seen", ConditionOperator.notSeen), ("not gte", .notGte), ("not lte", .notLte),
            ("not gt", .notGt), ("not lt", .notLt),
        ]
    )
    func blanks(text: String, found: ConditionOperator) throws {
        #expect(ConditionOperator(spelling: Text(text)) == found)
        let value = found == .notSeen ? "" : #","value":1"#
        #expect(
            try canonical(#"{"fact":"a","operator":"\#(text)"\#(value)}"#)
                == #"{"fact":"a","operator":"\#(found.rawValue)"\#(value)}"#
        )
    }

    @Test(
        "no other spelling is an operator",
        arguments: ["", "not", "not  seen", "not match", "not_match", "count gte", "==", "count"]
    )
    func noOperators(text: String) { #expect(ConditionOperator(spelling: Text(text)) == nil) }

    @Test("the hash is the SHA-256 of the canonical form")
    func pinnedHash() throws {
        let text = """
            [{"operator": "seen", "fact": "replied"}, {"op": "NOT", "conditions": [{"any": [
                {"fact": "csat", "operator": "lt", "value": 3.0},
                {"fact": "reopened", "operator": "count_gte", "value": 2}]}]}]
            """
        #expect(
            try canonical(text) == """
                {"all":[{"fact":"replied","operator":"seen"},{"not":{"any":[\
                {"fact":"csat","operator":"lt","value":3},\
                {"fact":"reopened","operator":"count_gte","value":2}]}}]}
                """
        )
        #expect(
            try condition(text).hash.hex
                == "02ffddb3b5bf1eb0038ba82a6bdd74c8c954428ab7e1c42048a5049e4761c9ff"
        )
    }

    @Test("order and nesting are kept, so they make another condition")
    func orderMatters() throws {
        let b = #"{"fact":"b","operator":"seen"}"#
        #expect(try condition("[\(Self.a),\(b)]") != condition("[\(b),\(Self.a)]"))
        #expect(
            try condition("[\(Self.a),\(b)]").hash != condition("[\(b),\(Self.a)]").hash
        )
        #expect(try condition("[[\(Self.a)]]").hash != condition("[\(Self.a)]").hash)
    }

    @Test("the facts are the actions, each once, in the order they are first named")
    func facts() throws {
        let text = """
            [{"fact":"b","operator":"seen"},{"not":{"any":[{"fact":"a","operator":"seen"},
            {"fact":"b","operator":"gt","value":1}]}},{"fact":"\u{E9}","operator":"seen"},
            {"fact":"e\u{301}","operator":"seen"}]
            """
        #expect(
            try condition(text).facts
                == [action("b"), action("a"), action("\u{E9}"), action("e\u{301}")]
        )
    }

    @Test("16 levels are read and 17 are not")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: #"{"not":"#, count: levels - 1) + Self.a
                + String(repeating: "}", count: levels - 1)
        }
        #expect(try canonical(nested(16)) == nested(16))
        let path = "condition" + String(repeating: ".not", count: 16)
        #expect(throws: ValidationFailure(field: path, message: "is nested deeper than 16 levels"))
        {
            try condition(nested(17))
        }
        let lists = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        let listPath = "condition" + String(repeating: "[0]", count: 16)
        #expect(
            throws: ValidationFailure(field: listPath, message: "is nested deeper than 16 levels")
        ) {
            try condition(lists)
        }
    }

    @Test("256 leaves are read and 257 are not; an empty list counts as one")
    func size() throws {
        func list(_ leaves: Int, _ leaf: String) -> String {
            "[" + Array(repeating: leaf, count: leaves).joined(separator: ",") + "]"
        }
        let failure = ValidationFailure(field: "condition", message: "has more than 256 leaves")
        for leaf in [Self.a, "[]", #"{"all":[]}"#] {
            #expect(throws: Never.self) { try condition(list(256, leaf)) }
            #expect(throws: failure) { try condition(list(257, leaf)) }
            #expect(throws: failure) { try condition(list(5_000, leaf)) }
        }
        #expect(throws: failure) { try condition(list(16, list(17, Self.a))) }
        #expect(throws: failure) {
            try condition("{\"any\":[\(list(200, Self.a)),\(list(200, Self.a))]}")
        }
        let wrong = #expect(throws: ValidationFailure.self) { try condition(list(9_000, "7")) }
        #expect(wrong?.details.count == 257)
        let shapeless = #expect(throws: ValidationFailure.self) {
            try condition(list(9_000, "{}"))
        }
        #expect(shapeless?.details.count == 257)
    }
}
