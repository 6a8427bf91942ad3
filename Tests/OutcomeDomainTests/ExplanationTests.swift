// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import OutcomeDomain

@Suite("Explaining an outcome")
struct ExplanationTests {
    /// What a stream that these commands make says at its end.
    private func explain(
        _ contract: Contract,
        _ commands: OutcomeCommand...,
        change: (inout Market) -> Void = { _ in }
    ) -> Explanation {
        var market = Market(contract)
        change(&market)
        var outcome = Outcome()
        var trail = OutcomeTrail()
        for command in commands {
            for fact in outcome.execute(command, routing: market.routing) {
                trail.follow(fact, version: trail.version + 1)
            }
        }
        #expect(trail.outcome == outcome)
        return Explanation(trail)
    }

    private func text(_ explanation: Explanation) -> String? {
        guard case .success(let found) = explanation.counterfactual else { return nil }
        return "\(found.state.rawValue): \(found.text)"
    }

    private let helpdesk = """
        {"all":[{"fact":"resolved","operator":"seen"},{"fact":"reopened","operator":"not_seen"},
        {"fact":"csat","operator":"not_lt","value":3}]}
        """

    @Test("a confirmed outcome would have failed with one more signal before its end")
    func confirmed() throws {
        let explanation = explain(
            try contract(helpdesk),
            .signal(1, at: 0),
            .settle(100)
        )
        #expect(
            text(explanation)
                == "FAILED: one \"reopened\" before 1970-01-01T00:01:40.000000Z"
        )
        #expect(explanation.reason.hasPrefix("The condition held since \"resolved\""))
        #expect(explanation.isBilled)
        #expect(explanation.charge?.amount == wide("2"))
    }

    @Test("a signal that came too late is named with it")
    func late() throws {
        let explanation = explain(
            try contract(helpdesk),
            .signal(1, at: 0),
            .signal(2, "reopened", at: 112)
        )
        guard case .success(let found) = explanation.counterfactual else {
            Issue.record("nothing found")
            return
        }
        #expect(found.late[action("reopened")]?.eventID == event(2))
        #expect(found.roomMicroseconds == 100_000_000)
        #expect(explanation.letters.map(\.code) == [.outcomeNotOpen])
    }

    @Test(
        "a failed outcome would have been confirmed without what turned it, or with another value"
    )
    func failed() throws {
        let reopened = explain(
            try contract(helpdesk),
            .signal(1, at: 0),
            .signal(2, "reopened", at: 10),
            .settle(200)
        )
        #expect(reopened.state == .failed)
        #expect(text(reopened) == "CONFIRMED: without \"reopened\"")
        #expect(reopened.turnedBy?.eventID == event(2))
        let rated = explain(
            try contract(helpdesk),
            .signal(1, at: 0),
            .signal(2, "csat", at: 10, value: .number(2)),
            .settle(200)
        )
        #expect(text(rated) == "CONFIRMED: \"csat\" 3 instead of 2")
        guard case .success(let found) = rated.counterfactual else { return }
        #expect(found.changes.first?.margin == wide("1"))
        #expect(!rated.isBilled)
    }

    @Test(
        "the nearest value that turns a comparison is named exactly",
        arguments: [
            ("gt", 3, "3", "\"csat\" more than 3 instead of 3", "4"),
            ("gte", 5, "2.5", "\"csat\" 5 instead of 2.5", "5"),
            ("lt", -1, "7", "\"csat\" less than -1 instead of 7", "-2"),
            ("lte", 0, "0.1", "\"csat\" 0 instead of 0.1", "0"),
            ("match", 4, "5", "\"csat\" 4 instead of 5", "4"),
        ]
    )
    func nearest(name: String, bound: Int, value: String, words: String, example: String) throws {
        let explanation = explain(
            try contract(#"{"fact":"csat","operator":"\#(name)","value":\#(bound)}"#),
            .signal(1, "csat", at: 0, value: .number(decimal(value)))
        )
        #expect(explanation.state == .open)
        #expect(text(explanation) == "CONFIRMED: " + words)
        guard case .success(let found) = explanation.counterfactual,
            case .value(let range, _)? = found.changes.first?.kind
        else {
            Issue.record("no value")
            return
        }
        #expect(range.example == .number(decimal(example)))
    }

    @Test("between two bounds lies a value that keeps both")
    func between() throws {
        let explanation = explain(
            try contract(
                """
                {"all":[{"fact":"csat","operator":"gt","value":3},
                {"fact":"csat","operator":"lt","value":4}]}
                """
            ),
            .signal(1, "csat", at: 0, value: .number(9))
        )
        #expect(text(explanation) == "CONFIRMED: \"csat\" more than 3 and less than 4 instead of 9")
    }

    @Test("counts are told by how many more, or fewer")
    func counts() throws {
        let few = explain(
            try contract(#"{"fact":"reply","operator":"count_gte","value":3}"#),
            .signal(1, "reply", at: 0),
            .settle(100)
        )
        #expect(
            text(few) == "CONFIRMED: 2 more \"reply\" before 1970-01-01T00:01:40.000000Z"
        )
        let many = explain(
            try contract(#"{"fact":"reply","operator":"count_lte","value":1}"#),
            .signal(1, "reply", at: 0),
            .signal(2, "reply", at: 1),
            .signal(3, "reply", at: 2),
            .settle(300)
        )
        #expect(many.state == .failed)
        #expect(text(many) == "CONFIRMED: 2 \"reply\" fewer")
    }

    @Test("several signals are asked for where one does not do")
    func several() throws {
        let explanation = explain(
            try contract(
                """
                {"all":[{"fact":"a","operator":"seen"},{"any":[
                {"all":[{"fact":"b","operator":"seen"},{"fact":"c","operator":"seen"}]},
                {"fact":"d","operator":"match","value":"yes"}]},
                {"not":{"fact":"e","operator":"seen"}}]}
                """
            ),
            .signal(1, "e", at: 0)
        )
        // Without "e" the outcome would be opened by what is added.
        #expect(text(explanation)?.hasSuffix(" and without \"e\"") == true)
        let again = explain(
            try #require(explanation.terms?.contract),
            .signal(1, "x", at: 0),
            .signal(2, "e", at: 1)
        )
        #expect(
            text(again)
                == "CONFIRMED: one \"a\" before 1970-01-01T00:01:41.000000Z and one \"d\" with "
                + "\"yes\" before 1970-01-01T00:01:41.000000Z and without \"e\""
        )
    }

    @Test("what turns nothing is not told")
    func constant() throws {
        let explanation = explain(try contract("[]"), .signal(1, at: 0), .settle(100))
        #expect(explanation.counterfactual == .failure(.notFound))
    }

    @Test("parked signals are told with what the catalog lacks")
    func parked() throws {
        let explanation = explain(
            try contract(),
            .signal(1, at: 0, customer: "ghost"),
            .signal(2, at: 1, customer: "ghost"),
            .signal(3, at: 2, agent: "nobody")
        )
        #expect(explanation.state == nil)
        #expect(explanation.truth == nil)
        #expect(explanation.counterfactual == .failure(.notOpened))
        #expect(explanation.missing.map(\.code) == [.customerNotFound, .agentNotFound])
        #expect(explanation.missing.map(\.signals) == [2, 1])
        #expect(explanation.reason.contains("3 wait"))
    }

    @Test("every node has its truth and the signal that decided it")
    func tree() throws {
        let explanation = explain(
            try contract(helpdesk),
            .signal(1, at: 0),
            .signal(2, "csat", at: 5, value: .number(2))
        )
        let root = try #require(explanation.truth)
        #expect(!root.holds)
        #expect(root.decidedBy?.eventID == event(2))
        guard case .all(let leaves) = root.kind else {
            Issue.record("no list")
            return
        }
        #expect(leaves.map(\.holds) == [true, true, false])
        #expect(leaves.map { $0.decidedBy?.version } == [2, nil, 3])
        guard case .leaf(_, let count, let latest) = leaves[2].kind else { return }
        #expect(count == 1)
        #expect(latest == .number(2))
    }

    @Test(
        "the signals that make the quantity are named",
        arguments: [
            (AttributionMethod.first, "3", [1]), (.last, "2", [3]), (.min, "1", [2]),
            (.max, "3", [1]), (.sum, "6", [1, 2, 3]),
        ]
    )
    func attribution(method: AttributionMethod, quantity: String, makers: [Int]) throws {
        let explanation = explain(
            try contract(method: method),
            .signal(1, at: 0, attribution: 3),
            .signal(2, at: 1, attribution: 1),
            .signal(3, at: 2, attribution: 2),
            .signal(4, at: 3)
        )
        #expect(explanation.charge?.quantity == wide(quantity))
        #expect(explanation.contributions.map(\.signal.eventID) == makers.map(event))
        #expect(explanation.attributedCount == 3)
    }
}
