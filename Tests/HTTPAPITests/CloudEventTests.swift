// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain
import Testing

@testable import HTTPAPI

@Suite("CloudEvents 1.0 (SPEC 3)")
struct CloudEventTests {
    private let rules = EventRules(isSandbox: false, now: EventBodyTests.noon)

    private func read(_ json: String) throws -> EventBody {
        try EventBody(try JSONReader.read(Array(json.utf8)), format: .cloudEvents, rules: rules)
    }

    private let data = #"{"key":"ticket-1001","action":"replied","customer_key":"acme"}"#

    @Test("source and id are the idempotency key, time is occurred_at")
    func structured() throws {
        let event = try read(
            """
            {"specversion":"1.0","id":"7","source":"/desk","type":"reply","subject":"x",
             "time":"2026-03-04T11:00:00Z","datacontenttype":"application/json; charset=utf-8",
             "data":\(data)}
            """
        )
        let hash = Digest.sha256(Array("/desk".utf8) + [0] + Array("7".utf8)).hex
        #expect(event.payload.idempotencyKey == Text("ce:" + hash))
        #expect(event.payload.occurredAt == Timestamp("2026-03-04T11:00:00Z"))
        #expect(event.payload.action.text == "replied")
        #expect(event.ignored.isEmpty)
    }

    @Test("the data's own idempotency key and time win")
    func own() throws {
        let event = try read(
            """
            {"specversion":"1.0","id":"7","source":"s","type":"t","time":"2026-03-04T11:00:00Z",
             "data":{"key":"ticket-1001","action":"a","customer_key":"c","idempotency_key":"mine",
             "occurred_at":"2026-03-04T10:00:00Z"}}
            """
        )
        #expect(event.payload.idempotencyKey == "mine")
        #expect(event.payload.occurredAt == Timestamp("2026-03-04T10:00:00Z"))
    }

    @Test("wrong attributes, and wrong fields of the data, are named")
    func wrong() {
        let attributes = #expect(throws: ValidationFailure.self) {
            try read(#"{"specversion":"0.3","id":"","source":5,"time":"now","data_base64":"e30="}"#)
        }
        #expect(
            attributes?.details.map(\.field) == [
                "source", "data_base64", "data", "specversion", "id", "type", "time",
            ]
        )
        let fields = #expect(throws: ValidationFailure.self) {
            try read(
                #"{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"key":"k"}}"#
            )
        }
        #expect(fields?.details.map(\.field) == ["data.key", "data.action", "data.customer_key"])
        let both = #expect(throws: ValidationFailure.self) {
            try read(#"{"specversion":"1.0","id":"1","source":"s","data":{"key":"k","action":""}}"#)
        }
        #expect(
            both?.details.map(\.field) == ["type", "data.key", "data.action", "data.customer_key"]
        )
        let none = #expect(throws: ValidationFailure.self) { try read("[]") }
        #expect(none?.details.map(\.field) == ["body"])
    }

    @Test("in binary mode attributes come percent-encoded in headers")
    func binary() throws {
        let event = CloudEvent(
            headers: [
                ("specversion", "1.0"), ("id", "caf%C3%A9"), ("source", "/s"), ("type", "t"),
                ("other", "%zz"),
            ],
            data: try JSONReader.read(Array(data.utf8))
        )
        let body = try EventBody(cloudEvent: event, rules: rules)
        let hash = Digest.sha256(Array("/s".utf8) + [0] + Array("café".utf8)).hex
        #expect(body.payload.idempotencyKey == Text("ce:" + hash))
        let wrong = #expect(throws: ValidationFailure.self) {
            try EventBody(
                cloudEvent: CloudEvent(
                    headers: [("specversion", "1.0"), ("id", "%zz"), ("source", "s")],
                    data: try JSONReader.read(Array(#"{"key":"ticket-1001","action":"a"}"#.utf8))
                ),
                rules: rules
            )
        }
        #expect(wrong?.details.map(\.field) == ["id", "type", "customer_key"])
    }
}
