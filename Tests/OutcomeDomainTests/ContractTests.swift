// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Contracts as they are read, written, named and compared (SPEC 2, Agent).
@Suite("Contracts")
struct ContractTests {
    private static let seen = #"{"fact":"resolved","operator":"seen"}"#

    private func read(_ text: String) throws -> Contract { try Contract(json: json(text)) }

    private func errors(_ text: String) throws -> [String] {
        let value = try json(text)
        do throws(ValidationFailure) {
            _ = try Contract(json: value)
            return []
        } catch {
            return error.details.map { "\($0.field): \($0.message)" }
        }
    }

    @Test("what is left out has the defaults of the rules, null included")
    func defaults() throws {
        let contract = try read(#"{"condition":\#(Self.seen)}"#)
        #expect(contract.settlementPeriodSeconds == 259_200)
        #expect(contract.attributionMethod == .last)
        #expect(contract.unit == nil)
        #expect(try contract.condition == condition(Self.seen))
        let nulls = """
            {"condition":\(Self.seen),"settlement_period":null,"attribution_method":null,
            "unit":null,"clawback_period":null}
            """
        #expect(try read(nulls) == contract)
        #expect(try Contract(condition: condition(Self.seen)) == contract)
        #expect(
            contract.hash.hex
                == "a6a3681a0ab5f96758fe05732fe8a3d91f65b7b21952bf810dd2355c957ec2da"
        )
    }

    @Test("every field is read, and written in one canonical form")
    func canonical() throws {
        let contract = try read(
            """
            {"unit":"resolution","settlement_period":6e1,"attribution_method":"sum",
            "condition":{"operator":"match","value":"approved","fact":"csat_received"}}
            """
        )
        let expected = """
            {"attribution_method":"sum","condition":{"fact":"csat_received",\
            "operator":"match","value":"approved"},"settlement_period":60,"unit":"resolution"}
            """
        #expect(String(decoding: contract.canonicalBytes, as: UTF8.self) == expected)
        #expect(
            contract.hash.hex
                == "d30babfc9a539538489f9a5a37ed0e4ef34c74296fcca3a11a15efb904226d7d"
        )
        #expect(contract.unit == "resolution")
        #expect(contract.attributionMethod == .sum)
        #expect(contract.settlementPeriodSeconds == 60)
        var writer = JSONWriter()
        contract.write(to: &writer)
        #expect(writer.bytes == contract.canonicalBytes)
        #expect(try read(expected) == contract)
    }

    @Test("contracts are equal exactly when their canonical forms are")
    func equality() throws {
        let contract = try read(#"{"condition":[\#(Self.seen)],"settlement_period":60}"#)
        let same = try read(#"{"settlement_period":60.0,"condition":{"all":[\#(Self.seen)]}}"#)
        #expect(contract == same)
        #expect(Set([contract, same, contract]).count == 1)
        for other in [
            #"{"condition":[\#(Self.seen)],"settlement_period":61}"#,
            #"{"condition":[\#(Self.seen)],"settlement_period":60,"unit":"x"}"#,
            #"{"condition":[\#(Self.seen)],"settlement_period":60,"attribution_method":"max"}"#,
            #"{"condition":\#(Self.seen),"settlement_period":60}"#,
        ] {
            #expect(try read(other) != contract)
        }
    }

    @Test("the tallies are one for each fact")
    func tallies() throws {
        let contract = try contract(
            #"[{"fact":"a","operator":"seen"},{"fact":"b","operator":"seen"}]"#
        )
        #expect(contract.facts == [action("a"), action("b")])
        #expect(contract.emptyTallies == [ActionTally(), ActionTally()])
        var tallies = contract.emptyTallies
        contract.count(signal(1, "b", value: .number(4)), number: 1, in: &tallies)
        contract.count(signal(2, "b"), number: 2, in: &tallies)
        contract.count(signal(3, "c"), number: 3, in: &tallies)
        #expect(tallies[0] == ActionTally())
        #expect(tallies[1].count == 2)
        #expect(tallies[1].lastSignal == 2)
        #expect(tallies[1].latestValue == .number(4))
        #expect(tallies[1].latestValueSignal == 1)
    }

    @Test("every attribution method is read", arguments: AttributionMethod.allCases)
    func methods(method: AttributionMethod) throws {
        let text = #"{"condition":\#(Self.seen),"attribution_method":"\#(method.rawValue)"}"#
        #expect(try read(text).attributionMethod == method)
    }

    @Test("the settlement period is one second to 180 days", arguments: ["1", "15552000"])
    func periods(text: String) throws {
        let contract = try read(#"{"condition":\#(Self.seen),"settlement_period":\#(text)}"#)
        #expect(String(contract.settlementPeriodSeconds) == text)
    }

    @Test(
        "any other settlement period is wrong",
        arguments: ["0", "-1", "15552001", "1.5", #""60""#, "true", "[]"]
    )
    func wrongPeriods(text: String) throws {
        #expect(
            try errors(#"{"condition":\#(Self.seen),"settlement_period":\#(text)}"#) == [
                "contract.settlement_period: must be an integer of 1 to 15552000 seconds"
            ]
        )
    }

    @Test("any other attribution method is wrong", arguments: [#""avg""#, #""SUM""#, "1"])
    func wrongMethods(text: String) throws {
        #expect(
            try errors(#"{"condition":\#(Self.seen),"attribution_method":\#(text)}"#) == [
                "contract.attribution_method: must be one of first, last, min, max, sum"
            ]
        )
    }

    @Test("any other unit is wrong", arguments: [#""""#, #""a\nb""#, "1", #"["x"]"#])
    func wrongUnits(text: String) throws {
        #expect(
            try errors(#"{"condition":\#(Self.seen),"unit":\#(text)}"#) == [
                "contract.unit: must be a string of 1 to 255 characters, "
                    + "without control characters"
            ]
        )
    }

    @Test("a contract is an object", arguments: ["null", "[]", #""x""#, "1"])
    func noObject(text: String) throws {
        #expect(try errors(text) == ["contract: must be an object"])
    }

    @Test("every wrong field is named")
    func allErrors() throws {
        let text = """
            {"clawback_period":60,"settlementPeriod":5,"settlement_period":0,
            "attribution_method":"avg","unit":7}
            """
        #expect(
            try errors(text) == [
                "contract.clawback_period: is not supported yet",
                "contract.settlementPeriod: is not a known field",
                "contract.settlement_period: must be an integer of 1 to 15552000 seconds",
                "contract.condition: is required",
                "contract.attribution_method: must be one of first, last, min, max, sum",
                "contract.unit: must be a string of 1 to 255 characters, "
                    + "without control characters",
            ]
        )
        #expect(
            try errors(#"{"condition":[{"fact":"a","operator":"gte"}]}"#)
                == ["contract.condition[0].value: is required by gte"]
        )
    }
}
