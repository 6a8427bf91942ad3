// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Which signal decided each node of a condition (SPEC 5).
@Suite("Proofs")
struct ProofTests {
    /// `truth decider` for each node in preorder, as in `T2 F-`.
    private func proof(_ condition: String, _ signals: [Signal]) throws -> String {
        let proof = try contract(condition).proof(of: signals)
        #expect(proof.truth.count == proof.decidedBy.count)
        return zip(proof.truth, proof.decidedBy)
            .map { ($0 ? "T" : "F") + ($1.map { String($0) } ?? "-") }
            .joined(separator: " ")
    }

    private static let a = #"{"fact":"a","operator":"seen"}"#
    private static let b = #"{"fact":"b","operator":"seen"}"#
    private static let c = #"{"fact":"c","operator":"seen"}"#

    @Test("what is seen or counted is decided by the last signal of the action")
    func counting() throws {
        let signals = [signal(1, "a"), signal(2, "a"), signal(3, "b")]
        #expect(try proof(Self.a, []) == "F-")
        #expect(try proof(Self.a, signals) == "T2")
        #expect(try proof(#"{"fact":"a","operator":"not_seen"}"#, signals) == "F2")
        #expect(try proof(#"{"fact":"a","operator":"count_gt","value":2}"#, signals) == "F2")
    }

    @Test("a value is decided by the signal that brought it")
    func values() throws {
        let signals = [signal(1, "a"), signal(2, "a", value: .number(4)), signal(3, "a")]
        #expect(try proof(#"{"fact":"a","operator":"gte","value":4}"#, signals) == "T2")
        #expect(try proof(#"{"fact":"a","operator":"match","value":"x"}"#, signals) == "F2")
        let without = [signal(1, "a")]
        #expect(try proof(#"{"fact":"a","operator":"not_gte","value":4}"#, without) == "T-")
    }

    @Test("a false all follows its first false child")
    func falseAll() throws {
        let condition = "[\(Self.a),{\"not\":\(Self.b)},{\"not\":\(Self.c)}]"
        let signals = [signal(1, "c"), signal(2, "a"), signal(3, "b")]
        #expect(try proof(condition, signals) == "F3 T2 F3 T3 F1 T1")
        #expect(try proof("[\(Self.a),\(Self.b)]", []) == "F- F- F-")
    }

    @Test("a true all follows the latest of its children")
    func trueAll() throws {
        let signals = [signal(1, "a"), signal(2, "c"), signal(3, "b")]
        #expect(try proof("[\(Self.a),\(Self.b),\(Self.c)]", signals) == "T3 T1 T3 T2")
        #expect(try proof("[]", signals) == "T-")
    }

    @Test("a true any follows its first true child")
    func trueAny() throws {
        let condition = #"{"any":[\#(Self.a),\#(Self.b),\#(Self.c)]}"#
        #expect(try proof(condition, [signal(1, "c"), signal(2, "b")]) == "T2 F- T2 T1")
    }

    @Test("a false any follows the latest of its children")
    func falseAny() throws {
        let condition = #"""
            {"any":[{"fact":"a","operator":"count_gte","value":9},{"not":{"fact":"b","operator":"seen"}}]}
            """#
        #expect(try proof(condition, [signal(1, "b"), signal(2, "a")]) == "F2 F2 F1 T1")
        #expect(try proof(#"{"any":[\#(Self.a)]}"#, []) == "F- F-")
    }

    @Test("not follows its child")
    func not() throws {
        #expect(try proof(#"{"not":\#(Self.a)}"#, [signal(1, "a")]) == "F1 T1")
    }

    @Test("nodes are counted in preorder, children of nested nodes skipped by their parents")
    func preorder() throws {
        let condition = #"{"any":[{"all":[\#(Self.a),{"any":[\#(Self.b)]}]},{"not":\#(Self.c)}]}"#
        let signals = [signal(1, "c"), signal(2, "a")]
        #expect(try proof(condition, signals) == "F1 F- T2 F- F- F1 T1")
        #expect(try proof(condition, signals + [signal(3, "b")]) == "T3 T3 T2 T3 T3 F1 T1")
    }

    @Test("every applied signal keeps the proof at that moment")
    func keptWithEachSignal() throws {
        let given = try OutcomeSpec(contract("[\(Self.a),\(Self.b)]"))
            .given(.signal(1, "a"), .signal(2, "b"), .settle(100))
        let proofs = given.stream.compactMap { fact -> Proof? in
            switch fact.event {
            case .signalApplied(let applied): applied.proof
            case .settled(let settled): settled.proof
            default: nil
            }
        }
        #expect(
            proofs == [
                Proof(truth: [false, true, false], decidedBy: [nil, 1, nil]),
                Proof(truth: [true, true, true], decidedBy: [2, 1, 2]),
                Proof(truth: [true, true, true], decidedBy: [2, 1, 2]),
            ]
        )
        #expect(!Proof(truth: [], decidedBy: []).holds)
    }
}
