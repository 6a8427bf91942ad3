// SPDX-License-Identifier: Apache-2.0

import ContractLint
import ExactValues
import OutcomeDomain
import Testing

@Suite("A condition beside the traffic there is")
struct TrafficLintTests {
    private func sample(_ outcomes: [[Signal]]) throws -> SignalSample {
        var sample = SignalSample()
        let market = Market(try contract())
        for signals in outcomes {
            var one = OutcomeSample()
            var outcome = Outcome()
            for signal in signals {
                for fact in outcome.execute(.submit(signal), routing: market.routing) {
                    one.follow(fact)
                }
            }
            sample.add(one, isWhole: true)
        }
        return sample
    }

    private func findings(_ text: String, _ sample: SignalSample) throws -> [String] {
        TrafficLint(try condition(text), sample).findings.map {
            "\($0.code.rawValue) \($0.path.pointer): \($0.message)"
        }
    }

    @Test("what was seen is counted by action, outcome and type of value")
    func counts() throws {
        let sample = try sample([
            [
                signal(1, "score", at: 0, value: .number(4)),
                signal(2, "score", at: 1, value: .string("4")), signal(3, "score", at: 2),
                signal(4, "late", at: 500, value: .boolean(true)),
            ],
            [signal(5, "score", at: 0, value: .number(decimal("-1.5")))],
        ])
        #expect(sample.outcomes == 2)
        let score = try #require(sample.actions[action("score")])
        #expect(score.signals == 4)
        #expect(score.outcomes == 2)
        #expect([score.numbers, score.strings, score.booleans] == [2, 1, 0])
        #expect(score.minimum == decimal("-1.5"))
        #expect(score.maximum == 4)
        #expect(score.texts == ["4"])
        #expect(sample.actions[action("late")]?.booleans == 1)
        #expect(sample.ordered.map(\.action) == [action("score"), action("late")])
    }

    @Test("a parked signal counts once, when it is judged")
    func parked() throws {
        var market = Market(try contract())
        market.customers = []
        var one = OutcomeSample()
        var outcome = Outcome()
        for fact in outcome.execute(.submit(signal(1)), routing: market.routing) {
            one.follow(fact)
        }
        market.customers = [customer("acme")]
        for fact in outcome.execute(.submit(signal(2)), routing: market.routing) {
            one.follow(fact)
        }
        #expect(one.actions[action("resolved")]?.signals == 2)
    }

    @Test("an action nobody sent, and values of another type than is asked for")
    func findings() throws {
        let sample = try sample([
            [signal(1, "score", at: 0, value: .string("4")), signal(2, at: 1)]
        ])
        #expect(
            try findings(#"{"not":{"fact":"closed","operator":"seen"}}"#, sample)
                == ["FACT_NEVER_SEEN /not: No signal \"closed\" was seen among 1 outcome."]
        )
        #expect(
            try findings(#"[{"fact":"score","operator":"gte","value":3}]"#, sample) == [
                "VALUE_TYPE_NEVER_SEEN /all/0: This asks for a number, but the values of "
                    + "\"score\" among 1 outcome were strings."
            ]
        )
        #expect(
            try findings(#"[{"fact":"resolved","operator":"match","value":true}]"#, sample) == [
                "VALUE_NEVER_SEEN /all/0: \"resolved\" was seen once among 1 outcome, "
                    + "never with a value."
            ]
        )
        #expect(try findings(#"[{"fact":"score","operator":"match","value":"5"}]"#, sample).isEmpty)
    }

    @Test("of actions that were passed over nothing is said, of all others everything counts")
    func manyActions() throws {
        // One outcome of more actions than are told apart, the last of them with a value.
        let limit = SignalSample.limitActions
        let many = (0...limit).map { number in
            signal(
                number + 1,
                Text("a\(1_000 + number)"),
                at: 0,
                value: number == limit ? .number(1) : nil
            )
        }
        let last = Text("a\(1_000 + limit)")
        let told =
            #"{"all":[{"fact":"\#(last)","operator":"gte","value":1},"#
            + #"{"fact":"a1000","operator":"gte","value":1}]}"#
        let passedOver = try sample([many])
        #expect(passedOver.otherSignals == 1)
        #expect(
            try findings(told, passedOver).map { $0.prefix(25) } == ["VALUE_NEVER_SEEN /all/1: "]
        )
        // Where the action is told apart, its signals on the outcome of many are counted, too.
        let first = try sample([[signal(1, last, at: 0)], many])
        #expect(first.actions[action(last)]?.signals == 2)
        #expect(first.actions[action(last)]?.numbers == 1)
        #expect(try findings(told, first).allSatisfy { !$0.contains(last.string) })
    }

    @Test("where only the beginning of an outcome was looked at, it is said")
    func shortened() throws {
        var sample = try sample([[signal(1, at: 0)]])
        sample.add(OutcomeSample(), isWhole: false)
        #expect(
            try findings(#"{"fact":"closed","operator":"seen"}"#, sample) == [
                "FACT_NEVER_SEEN : No signal \"closed\" was seen among 2 outcomes "
                    + "(of 1 only the beginning was looked at)."
            ]
        )
    }

    @Test("without traffic nothing is said")
    func noTraffic() throws {
        #expect(
            try findings(#"{"fact":"closed","operator":"seen"}"#, SignalSample()).isEmpty
        )
    }
}
