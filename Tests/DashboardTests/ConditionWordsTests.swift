// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

@testable import Dashboard

@Suite("Contracts are told in words")
struct ConditionWordsTests {
    private func condition(_ json: String) throws -> Condition {
        try Condition(json: JSONReader.read(Array(json.utf8)))
    }

    @Test("a condition is a sentence, with brackets only where they are needed")
    func sentence() throws {
        let nested = try condition(
            #"""
            [{"fact":"resolved","operator":"seen"},
             {"any":[{"fact":"score","operator":"gte","value":4},
                     {"not":{"fact":"tone","operator":"match","value":"an\"gry"}}]}]
            """#
        )
        #expect(
            ConditionSentence(nested).line
                == "resolved was seen and (score last said a number of at least 4 or it is not so "
                + #"that tone last said exactly "an\"gry")"#
        )
        #expect(ConditionSentence(try condition("[]")).line == "always")
    }

    @Test("what a client has named is a piece of its own")
    func pieces() throws {
        let sentence = ConditionSentence(
            try condition(#"{"fact":"<b>","operator":"count_eq","value":1}"#)
        )
        #expect(sentence.pieces.filter(\.isName).map(\.text) == ["<b>", "1"])
        #expect(sentence.line == "<b> was seen exactly 1 time")
    }

    @Test("a large condition is counted, not told")
    func large() throws {
        let leaves = (0..<256).map { #"{"fact":"f\#($0)","operator":"seen"}"# }
        #expect(
            ConditionSentence(try condition("[\(leaves.joined(separator: ","))]")).line
                == "a condition of 256 questions, 2 levels deep"
        )
    }

    @Test("every operator has words of its own")
    func operators() throws {
        var found: Set<String> = []
        for known in ConditionOperator.allCases {
            let operand: ConditionOperand =
                switch known {
                case .seen, .notSeen: .none
                case .match: .value(.number(2))
                case .countGte, .countLte, .countGt, .countLt, .countEq: .count(2)
                default: .number(2)
                }
            let leaf = try #require(
                Action("a").flatMap { ConditionLeaf(fact: $0, operator: known, operand: operand) }
            )
            found.insert(LeafWords(leaf).line)
        }
        #expect(found.count == ConditionOperator.allCases.count)
    }

    @Test(
        "lengths of time lose nothing",
        arguments: [
            (259_200, "3 days", 3, "days"), (5_400, "1 hour 30 minutes", 90, "minutes"),
            (90_061, "1 day 1 hour 1 minute 1 second", 90_061, "seconds"),
            (1, "1 second", 1, "seconds"),
        ]
    )
    func spans(seconds: Int, words: String, count: Int, unit: String) {
        let span = Span(seconds: seconds)
        #expect(span.words == words)
        #expect(span.count == count && span.unit.rawValue == unit)
        #expect(Span(String(count), span.unit)?.seconds == seconds)
    }

    @Test("lengths that are no numbers, or too long to count, are none")
    func wrongSpans() {
        for text in ["", "-1", "1.5", "x", "99999999999999999"] {
            #expect(Span(text, .days) == nil)
        }
    }

    @Test("pretty JSON is the same JSON")
    func pretty() throws {
        let text = #"{"all":[{"fact":"a,{b}:[\"c","operator":"match","value":"\\"},{"all":[]}]}"#
        let read = try JSONReader.read(PrettyJSON.indented(Array(text.utf8)))
        #expect(read.canonicalBytes == Array(text.utf8))
        #expect(
            PrettyJSON.text(try condition("[]")) == "{\n  \"all\": []\n}"
        )
    }

    @Test("nothing in a command for a shell gets out of its quotation marks")
    func curl() {
        #expect(Curl.quoted("a'; rm -rf $HOME #") == #"'a'\''; rm -rf $HOME #'"#)
        let accent = Array(Curl.quoted("'\u{301}").utf8)
        #expect(accent == Array("''\\''\u{301}'".utf8))
    }
}
