// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing
import TrafficStudy

@testable import Dashboard

@Suite("The form of an agent says what is wrong with each field")
struct AgentFormTests {
    private func form(_ changes: [(String, String)] = []) -> Form {
        var values = [
            "key": "support", "name": " Support ", "period": "2", "period_unit": "days",
            "attribution_method": "sum", "unit": "",
            "condition": "{\r\n \"fact\": \"resolved\",\r\n \"operator\": \"seen\"}",
        ]
        for (name, value) in changes { values[name] = value }
        return Form(fields: values.sorted { $0.key < $1.key }.map(Form.Field.init))
    }

    private func problems(_ changes: [(String, String)]) -> [FieldError] {
        do throws(ValidationFailure) {
            _ = try AgentForm(form(changes)).body()
            return []
        } catch {
            return error.details
        }
    }

    @Test("what is right becomes an agent")
    func right() throws {
        let body = try AgentForm(form()).body()
        #expect(body.name == "Support")
        #expect(body.contract.settlementPeriodSeconds == 172_800)
        #expect(body.contract.attributionMethod == .sum)
        #expect(body.contract.unit == nil)
    }

    @Test("everything that is wrong is told at once, by field")
    func wrong() {
        let found = problems([
            ("name", ""), ("period", "181"), ("attribution_method", "most"),
            ("unit", "a\u{7}"),
            ("condition", #"[{"fact":"","operator":"seen"},{"fact":"a","operator":"like"}]"#),
        ])
        #expect(
            found.map(\.field) == [
                "name", "contract.settlement_period", "contract.condition[0].fact",
                "contract.condition[1].operator", "contract.attribution_method", "contract.unit",
            ]
        )
    }

    @Test("a length of time that is no number does not hide what else is wrong")
    func period() {
        let found = problems([("period", "x"), ("condition", "[{}]")])
        #expect(found.map(\.field) == ["contract.settlement_period", "contract.condition[0]"])
        #expect(found.first?.message == "must be a whole number of days")
    }

    @Test("text that is no JSON is told with its line and character")
    func place() throws {
        let found = problems([("condition", "{\r\n  \"é\": }")])
        #expect(found.map(\.field) == ["contract.condition"])
        #expect(found.first?.message == "malformed JSON in line 2, character 8")
    }

    @Test("an agent opens in its form as it is, and unchanged makes the same contract")
    func unchanged() throws {
        let body = try AgentForm(form([("unit", "resolution")])).body()
        var catalog = Catalog()
        let account = try #require(AccountID("acct_acme"))
        let created = AccountCreated(account: account, name: "A", isSandbox: false)
        let key = try #require(Slug("support"))
        for command in [CatalogCommand.createAccount(created), .putAgent(key, body)] {
            for event in try catalog.decide(command) {
                let time = try #require(Timestamp(microseconds: 0))
                catalog.evolve(
                    CatalogFact(
                        event: event,
                        version: catalog.version + 1,
                        time: time,
                        author: .commandLine
                    )
                )
            }
        }
        let agent = try #require(catalog.agent(key))
        #expect(try AgentForm(agent).body() == body)
        #expect(throws: ValidationFailure.self) { try AgentForm(agent).newKey(in: catalog) }
    }

    @Test("which outcomes to try on: the newest, or a period in UTC")
    func tries() throws {
        let contract = try AgentForm(form()).contract()
        let last = TryForm(
            Form(fields: [
                .init(name: "try_agent", value: "a"),
                .init(name: "try_last", value: "50"),
            ])
        )
        #expect(try last.request(contract).outcomes == 50)
        var period = TryForm(agent: "a")
        period.by = "period"
        period.from = "2026-03-02T08:00"
        period.before = "2026-03-03T08:00:30"
        period.rateCard = "standard"
        let request = try period.request(contract)
        #expect(request.openedFrom == Timestamp("2026-03-02T08:00:00Z"))
        #expect(request.openedBefore == Timestamp("2026-03-03T08:00:30Z"))
        #expect(request.outcomes == StudyLimits.maximumOutcomes)
        #expect(request.price == Slug("standard").map { .rateCard($0) })
    }

    @Test("what cannot be tried is told by the field of the form")
    func wrongTries() throws {
        let contract = try AgentForm(form()).contract()
        var form = TryForm(agent: "a")
        form.last = "0"
        form.rateCard = "No Slug"
        var found: [String] = []
        do throws(ValidationFailure) { _ = try form.request(contract) } catch {
            found = error.details.map(\.field)
        }
        #expect(found == ["try_last", "try_rate_card"])
        form.by = "period"
        form.rateCard = ""
        form.from = "2026-03-03T08:00"
        form.before = "2026-03-02T08:00"
        #expect(throws: ValidationFailure.self) { try form.request(contract) }
        form.before = "tomorrow"
        #expect(throws: ValidationFailure.self) { try form.request(contract) }
    }
}
