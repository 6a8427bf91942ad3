// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@testable import Dashboard

@Suite("The entry grid of a rate card")
struct RateCardFormTests {
    private func form(_ pairs: [(String, String)]) -> RateCardForm {
        let rows = pairs.flatMap { pair in
            [
                Form.Field(name: "agent_key", value: pair.0),
                Form.Field(name: "price_per_unit", value: pair.1),
            ]
        }
        return RateCardForm(
            Form(
                fields: [
                    Form.Field(name: "name", value: "Standard"),
                    Form.Field(name: "currency", value: "USD"),
                ] + rows
            )
        )
    }

    @Test("empty rows do not count, and the place of a row is kept for what is wrong with it")
    func places() throws {
        let form = form([("", ""), ("bot", " 0.123456789012345678 "), ("", ""), ("", "1")])
        #expect(form.filled.map(\.place) == [1, 3])
        let body = try RateCardBody(json: self.form([("bot", " 0.123456789012345678 ")]).json)
        #expect(body.entries.map { "\($0.price)" } == ["0.123456789012345678"])
    }

    @Test("rows are added and removed without scripts; another button does neither")
    func edit() {
        var form = form([("a", "1"), ("b", "2")])
        let isSaved = !form.edit("save") && !form.edit("remove-2") && !form.edit("remove-x")
        #expect(isSaved)
        let isRemoved = form.edit("remove-0")
        let isAdded = form.edit("add")
        #expect(isRemoved && isAdded)
        #expect(form.rows.map(\.agent) == ["b", ""])
    }
}

@Suite("Moving a clock by a form")
struct ClockFormTests {
    private let now = Timestamp("2026-03-02T08:00:00Z") ?? .earliest

    private func target(_ fields: [String: String]) throws -> String {
        let form = Form(fields: fields.map { Form.Field(name: $0.key, value: $0.value) })
        return try ClockForm(form).target(from: now).description
    }

    @Test("by an amount or to an instant, never back and never past the last year")
    func targets() throws {
        #expect(try target(["amount": "2", "unit": "days"]) == "2026-03-04T08:00:00.000000Z")
        #expect(
            try target(["to": "2026-03-02T09:00:00.000001Z"]) == "2026-03-02T09:00:00.000001Z"
        )
        for wrong in [
            ["amount": "-1", "unit": "hours"], ["amount": "1.5", "unit": "hours"],
            ["amount": "9223372036854775807", "unit": "days"], ["to": "2026-03-02T07:59:59Z"],
            ["to": "tomorrow"],
        ] {
            #expect(throws: ValidationFailure.self, "\(wrong)") { try target(wrong) }
        }
    }
}
