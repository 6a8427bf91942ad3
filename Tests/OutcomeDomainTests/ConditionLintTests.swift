// SPDX-License-Identifier: Apache-2.0

import ContractLint
import ExactValues
import OutcomeDomain
import Testing

@Suite("A condition looked over")
struct ConditionLintTests {
    /// The findings as `CODE path related,related`.
    private func lint(_ text: String) throws -> [String] {
        let lint = ConditionLint(try condition(text))
        #expect(lint.isComplete)
        return lint.findings.map { finding in
            let related = finding.related.map(\.pointer).joined(separator: ",")
            return "\(finding.code.rawValue) \(finding.path.pointer) \(related)"
        }
    }

    private func leaf(_ fact: String, _ name: String, _ value: String? = nil) -> String {
        let operand = value.map { ",\"value\":\($0)" } ?? ""
        return "{\"fact\":\"\(fact)\",\"operator\":\"\(name)\"\(operand)}"
    }

    private func all(_ children: String...) -> String {
        "{\"all\":[\(children.joined(separator: ","))]}"
    }

    private func any(_ children: String...) -> String {
        "{\"any\":[\(children.joined(separator: ","))]}"
    }

    @Test("a sensible condition has no findings")
    func sensible() throws {
        #expect(try lint(all(leaf("a", "seen"), leaf("b", "not_seen"))).isEmpty)
        #expect(try lint(any(leaf("a", "gte", "4"), leaf("a", "lt", "2"))).isEmpty)
    }

    @Test("what always holds, and what never does")
    func constants() throws {
        #expect(try lint("[]") == ["ALWAYS_TRUE  "])
        #expect(try lint(leaf("a", "count_gte", "0")) == ["ALWAYS_TRUE  "])
        #expect(try lint(leaf("a", "count_lt", "0")) == ["NEVER_TRUE  "])
        #expect(
            try lint(any(leaf("a", "gte", "4"), leaf("a", "not_gte", "4")))
                == ["ALWAYS_TRUE  ", "EXHAUSTIVE  /any/0,/any/1"]
        )
    }

    @Test("leaves that cannot hold together are named, and no others")
    func contradiction() throws {
        #expect(
            try lint(
                all(
                    leaf("b", "seen"),
                    leaf("a", "gte", "4"),
                    leaf("c", "seen"),
                    leaf("a", "lt", "4")
                )
            ) == ["NEVER_TRUE  ", "CONTRADICTION  /all/1,/all/3"]
        )
        #expect(
            try lint(all(leaf("a", "match", "4"), leaf("a", "match", "\"4\"")))
                == ["NEVER_TRUE  ", "CONTRADICTION  /all/0,/all/1"]
        )
        #expect(
            try lint(all(leaf("a", "not_seen"), leaf("a", "match", "true")))
                == ["NEVER_TRUE  ", "CONTRADICTION  /all/0,/all/1"]
        )
    }

    @Test("a constant part inside is named once, with its cause")
    func constantPart() throws {
        let part = all(leaf("a", "gt", "4"), leaf("a", "lt", "3"))
        #expect(
            try lint(any(leaf("b", "seen"), "{\"not\":\(part)}", leaf("c", "not_seen"))).prefix(1)
                == ["ALWAYS_TRUE  "]
        )
        #expect(
            try lint(any(all(leaf("b", "seen"), leaf("c", "not_seen")), part))
                == ["CONSTANT_NODE /any/1 ", "CONTRADICTION /any/1 /any/1/all/0,/any/1/all/1"]
        )
    }

    @Test("decimals lie close together, but not without end")
    func neighbours() throws {
        let low = "123456789012345678.1234567890123455"
        let far = "123456789012345678.1234567890123458"
        let near = "123456789012345678.1234567890123456"
        #expect(try lint(all(leaf("a", "gt", low), leaf("a", "lt", far))).isEmpty)
        #expect(try lint(all(leaf("a", "gt", low), leaf("a", "lt", near))).first == "NEVER_TRUE  ")
    }

    @Test("beyond the last integer there are still fractions, and beyond them nothing")
    func ends() throws {
        let last = "999999999999999999"
        let largest = "\(last).9999999999999999"
        #expect(try lint(leaf("a", "gt", last)).isEmpty)
        #expect(try lint(leaf("a", "lt", "-\(last)")).isEmpty)
        #expect(try lint(leaf("a", "gt", "\(last).5")).isEmpty)
        #expect(try lint(leaf("a", "gt", largest)).first == "NEVER_TRUE  ")
        #expect(try lint(leaf("a", "lt", "-\(largest)")).first == "NEVER_TRUE  ")
    }

    @Test("what the others say already can be left out")
    func redundant() throws {
        #expect(
            try lint(all(leaf("a", "gte", "3"), leaf("a", "seen"), leaf("b", "not_seen")))
                == ["REDUNDANT_NODE /all/1 /all/0"]
        )
        #expect(
            try lint(
                any(leaf("a", "count_gte", "2"), leaf("a", "count_gte", "5"), leaf("b", "lt", "1"))
            )
                == ["REDUNDANT_NODE /any/1 /any/0"]
        )
        // Of two of a kind the first stays.
        #expect(
            try lint(all(leaf("a", "not_seen"), leaf("a", "not_seen")))
                == ["REDUNDANT_NODE /all/1 /all/0"]
        )
    }

    @Test(
        "FAILED is out of reach when nothing can turn what has held",
        arguments: [
            (#"{"fact":"a","operator":"seen"}"#, true),
            (#"{"fact":"a","operator":"not_seen"}"#, false),
            (#"{"fact":"a","operator":"count_gte","value":3}"#, true),
            (#"{"fact":"a","operator":"count_eq","value":3}"#, false),
            (#"{"fact":"a","operator":"gte","value":3}"#, false),
            (#"{"not":{"fact":"a","operator":"count_lt","value":2}}"#, true),
            (
                #"""
                {"any":[{"fact":"a","operator":"count_gte","value":2},
                {"fact":"a","operator":"gte","value":3}]}
                """#, true
            ),
            (
                #"""
                {"any":[{"fact":"a","operator":"count_gte","value":3},
                {"fact":"a","operator":"gte","value":3}]}
                """#, false
            ),
        ]
    )
    func failed(text: String, isUnreachable: Bool) throws {
        let found = try lint(text).contains("FAILED_UNREACHABLE  ")
        #expect(found == isUnreachable)
    }

    @Test("256 leaves of as many actions are looked over completely")
    func large() throws {
        let leaves = (0..<256).map { leaf("a\($0)", $0.isMultiple(of: 2) ? "seen" : "not_seen") }
        #expect(try lint("[\(leaves.joined(separator: ","))]").isEmpty)
    }

    @Test("what cannot be found out within bounds is not claimed")
    func bounded() throws {
        // A puzzle over 40 actions, each clause of three of them: too many ways to try.
        var random = SeededGenerator(seed: 7)
        let clauses = (0..<85).map { _ in
            let parts = (0..<3).map { _ in
                leaf(
                    "a\(Int.random(in: 0..<60, using: &random))",
                    random.chance(50) ? "seen" : "not_seen"
                )
            }
            return "{\"any\":[\(parts.joined(separator: ","))]}"
        }
        let lint = ConditionLint(try condition("[\(clauses.joined(separator: ","))]"))
        #expect(lint.findings.allSatisfy { $0.code != .alwaysTrue })
    }
}
