// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

@testable import Dashboard

@Suite("Two versions of a contract differ in what a reader would point at")
struct ConditionDifferenceTests {
    private func condition(_ json: String) throws -> Condition {
        try Condition(json: JSONReader.read(Array(json.utf8)))
    }

    private func leaf(_ fact: String, _ rest: String = #""operator":"seen""#) -> String {
        #"{"fact":"\#(fact)",\#(rest)}"#
    }

    /// The tree in one line: `+` added, `-` removed, `~` changed, `>` moved here.
    private func line(_ difference: ConditionDifference) -> String {
        let marks: [ConditionDifference.Mark: String] = [
            .added: "+", .removed: "-", .changed: "~", .moved: ">",
        ]
        let shown = difference.after ?? difference.before
        let name =
            switch shown {
            case .leaf(let leaf): leaf.fact.description
            case .all: "all"
            case .any: "any"
            case .not: "not"
            case nil: "nothing"
            }
        let children = difference.children.map(line).joined(separator: " ")
        return (marks[difference.mark] ?? "") + name + (children.isEmpty ? "" : "(\(children))")
    }

    private func difference(_ before: String, _ after: String) throws -> String {
        line(ConditionDifference(from: try condition(before), to: try condition(after)))
    }

    @Test("the same condition has no mark, however it is spelled")
    func same() throws {
        let list = "[\(leaf("a")),\(leaf("b"))]"
        let spelled = #"{"op":"AND","conditions":\#(list)}"#
        #expect(try difference(list, spelled) == "all(a b)")
    }

    @Test("a question more is added where it stands, one less is removed")
    func addedAndRemoved() throws {
        let (a, b, c) = (leaf("a"), leaf("b"), leaf("c"))
        #expect(try difference("[\(a),\(c)]", "[\(a),\(b),\(c)]") == "all(a +b c)")
        #expect(try difference("[\(a),\(b),\(c)]", "[\(a),\(c)]") == "all(a -b c)")
    }

    @Test("another value of the same action is a change, another action is not")
    func changed() throws {
        let four = leaf("score", #""operator":"gte","value":4"#)
        let five = leaf("score", #""operator":"gte","value":5"#)
        #expect(try difference("[\(four)]", "[\(five)]") == "all(~score)")
        #expect(try difference("[\(four)]", "[\(leaf("seen"))]") == "all(-score +seen)")
    }

    @Test("a group that asks otherwise is changed, and what is in it stays")
    func groups() throws {
        let inner = "[\(leaf("a")),\(leaf("b"))]"
        #expect(
            try difference(
                #"[{"all":\#(inner)},\#(leaf("c"))]"#,
                #"[{"any":\#(inner)},\#(leaf("c"))]"#
            )
                == "all(~any(a b) c)"
        )
    }

    @Test("a change deep inside is told there and nowhere above")
    func deep() throws {
        var before = leaf("score", #""operator":"gte","value":4"#)
        var after = leaf("score", #""operator":"gte","value":5"#)
        for _ in 0..<14 {
            before = #"{"all":[\#(leaf("a")),\#(before)]}"#
            after = #"{"all":[\#(leaf("a")),\#(after)]}"#
        }
        let found = ConditionDifference(from: try condition(before), to: try condition(after))
        #expect(found.count(of: .changed) == 1)
        #expect(found.count(of: .added) + found.count(of: .removed) == 0)
    }

    @Test("a condition of as many questions as may be is compared with its reverse")
    func wide() throws {
        let leaves = (0..<256).map { leaf("fact\($0)") }
        let found = ConditionDifference(
            from: try condition("[\(leaves.joined(separator: ","))]"),
            to: try condition("[\(leaves.reversed().joined(separator: ","))]")
        )
        #expect(found.count(of: .same) == 2)
        #expect(found.count(of: .moved) == 255)
        #expect(found.count(of: .added) + found.count(of: .removed) == 0)
    }

    @Test("what was put elsewhere was moved: alone, as a group, and out of one that is gone")
    func moved() throws {
        let (a, b, c, d) = (leaf("a"), leaf("b"), leaf("c"), leaf("d"))
        #expect(try difference("[\(a),\(b),\(c)]", "[\(b),\(c),\(a)]") == "all(b c >a)")
        let group = #"{"any":[\#(a),\#(b)]}"#
        #expect(
            try difference("[\(group),\(c),\(d)]", #"[\#(c),\#(d),{"not":\#(group)}]"#)
                == "all(c d +not(>any(a b)))"
        )
        #expect(try difference("[\(group),\(c)]", "[\(c),\(a)]") == "all(-any(-b) c >a)")
    }

    @Test("one more of what is there was added, not moved")
    func oneMore() throws {
        let (a, b) = (leaf("a"), leaf("b"))
        #expect(try difference("[\(a),\(b)]", "[\(b),\(a),\(a)]") == "all(b >a +a)")
    }

    @Test("a leaf that becomes a group is changed as a whole")
    func otherShape() throws {
        #expect(try difference(leaf("a"), "[\(leaf("b"))]") == "~all(+b)")
    }

    @Test("terms beside the condition are told by name, in words")
    func terms() throws {
        let before = Contract(condition: try condition(leaf("a")))
        let after = Contract(
            settlementPeriodSeconds: 3_600,
            condition: try condition(leaf("a")),
            attributionMethod: .sum,
            unit: "resolution"
        )
        let found = ContractDifference(from: before, to: after)
        #expect(found.condition == nil)
        #expect(found.terms.map(\.name) == ["Settlement window", "Attribution", "Unit"])
        #expect(found.terms.map(\.before) == ["3 days", "last", "none"])
        #expect(found.terms.map(\.after) == ["1 hour", "sum", "resolution"])
        #expect(ContractDifference(from: before, to: before).summary == "the same contract")
    }
}
