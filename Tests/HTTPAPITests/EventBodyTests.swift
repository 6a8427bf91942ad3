// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import Testing

@testable import HTTPAPI

@Suite("Events as they are posted (SPEC 3)")
struct EventBodyTests {
    static let noon = Timestamp("2026-03-04T12:00:00Z") ?? .earliest

    private func read(
        _ json: String,
        isSandbox: Bool = false,
        format: EventFormat = .json
    ) throws -> EventBody {
        try EventBody(
            try JSONReader.read(Array(json.utf8)),
            format: format,
            rules: EventRules(isSandbox: isSandbox, now: Self.noon)
        )
    }

    private func wrongFields(_ json: String, format: EventFormat = .json) -> [String] {
        let failure = #expect(throws: ValidationFailure.self) { try read(json, format: format) }
        return failure?.details.map(\.field) ?? []
    }

    /// A body with one member added or put in the place of a valid one.
    private func body(_ name: String, _ json: String) -> String {
        var members = [
            ("key", "\"ticket-1001\""), ("action", "\"replied\""), ("customer_key", "\"acme\""),
        ]
        members.removeAll { $0.0 == name }
        members.append((name, json))
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    @Test("every field arrives as it was sent")
    func everyField() throws {
        let event = try read(
            """
            {"key":"ticket-1001","action":"csat","customer_key":"acme","agent_key":"support",
             "idempotency_key":"k1","occurred_at":"2026-03-04T13:00:00+01:00",
             "properties":{"value":4.0,"attribution":0.80,"settles_at":"2026-03-05T00:00:00Z",
             "b":[1.50,null],"a":{"y":1,"x":2},"gone":null}}
            """
        )
        let payload = event.payload
        #expect(payload.key.text == "ticket-1001")
        #expect(payload.action.text == "csat")
        #expect(payload.customer.text == "acme")
        #expect(payload.agent?.text == "support")
        #expect(payload.idempotencyKey == "k1")
        #expect(payload.occurredAt == Self.noon)
        #expect(payload.value == .number(4))
        #expect(payload.attribution == Decimal("0.8"))
        #expect(payload.settlesAt == Timestamp("2026-03-05T00:00:00Z"))
        let metadata = String(decoding: payload.metadata.bytes, as: UTF8.self)
        #expect(metadata == #"{"a":{"x":2,"y":1},"b":[1.5,null]}"#)
        #expect(event.ignored.isEmpty)
    }

    @Test("what is absent, and what is null, is not there")
    func nulls() throws {
        let absent = try read(body("key", "\"ticket-1001\""))
        let null = try read(
            """
            {"key":"ticket-1001","action":"replied","customer_key":"acme","agent_key":null,
             "idempotency_key":null,"occurred_at":null,
             "properties":{"value":null,"attribution":null,"settles_at":null,"x":null}}
            """
        )
        #expect(absent.payload == null.payload)
        #expect(absent.payload.metadata.bytes.isEmpty)
        #expect(try read(body("properties", "null")).payload == absent.payload)
    }

    @Test("unknown top-level fields are accepted and named, in order")
    func ignored() throws {
        let event = try read(
            #"{"Key":1,"key":"ticket-1001","action":"a","customer_key":"c","agnet_key":null}"#
        )
        #expect(event.ignored == ["Key", "agnet_key"])
    }

    @Test("every wrong field is named at once")
    func everyWrongField() {
        #expect(
            wrongFields(
                """
                {"key":"short","action":"","customer_key":7,"agent_key":"","idempotency_key":"",
                 "occurred_at":"yesterday","properties":{"value":[],"attribution":-1,
                 "settles_at":"2026-03-05"}}
                """
            ) == [
                "key", "action", "customer_key", "agent_key", "idempotency_key", "occurred_at",
                "properties.value", "properties.attribution", "properties.settles_at",
            ]
        )
        #expect(wrongFields("{}") == ["key", "action", "customer_key"])
        #expect(wrongFields("[]") == ["body"])
        #expect(wrongFields("null") == ["body"])
    }

    @Test(
        "one wrong field is named by itself",
        arguments: [
            ("key", "null"), ("key", "12345678"), ("key", "\"1234567\""),
            ("key", "\"1234567\\u0007\""), ("key", "\"1234567\\u0085\""),
            ("key", "\"\(String(repeating: "k", count: 256))\""),
            ("action", "\"\""), ("action", "true"),
            ("action", "\"\(String(repeating: "a", count: 256))\""),
            ("customer_key", "\"\""), ("customer_key", "null"),
            ("agent_key", "\"\""), ("agent_key", "\"-x\""), ("agent_key", "3"),
            ("idempotency_key", "\"\""), ("idempotency_key", "{}"),
            ("idempotency_key", "\"\(String(repeating: "i", count: 256))\""),
            ("occurred_at", "\"2026-03-04T12:05:00.000001Z\""),
            ("occurred_at", "\"1969-12-31T23:59:59Z\""), ("occurred_at", "5"),
            ("properties", "[]"), ("properties", "\"x\""),
        ]
    )
    func oneWrongField(name: String, json: String) {
        #expect(wrongFields(body(name, json)) == [name])
    }

    @Test(
        "one wrong property is named by itself",
        arguments: [
            ("value", "{}"), ("value", "[]"), ("attribution", "-0.1"), ("attribution", "\"1\""),
            ("attribution", "true"), ("settles_at", "1"),
            ("settles_at", "\"2026-13-01T00:00:00Z\""),
            ("settles_at", "\"2026-01-01T00:00:00\""),
        ]
    )
    func oneWrongProperty(name: String, json: String) {
        #expect(wrongFields(body("properties", "{\"\(name)\":\(json)}")) == ["properties.\(name)"])
    }

    @Test("lengths count Unicode scalars, not bytes and not characters")
    func lengths() throws {
        let eight = String(repeating: "\u{1F0A1}", count: 8)
        #expect(try read(body("key", "\"\(eight)\"")).payload.key.text.scalarCount == 8)
        let longest = String(repeating: "é", count: 255)
        #expect(try read(body("key", "\"\(longest)\"")).payload.key.text.scalarCount == 255)
        #expect(
            wrongFields(body("key", "\"\(String(repeating: "e\u{301}", count: 128))\"")) == ["key"]
        )
    }

    @Test("keys that differ only in normalisation are two keys")
    func normalisation() throws {
        let composed = try read(body("key", "\"ticket-caf\u{E9}\""))
        let decomposed = try read(body("key", "\"ticket-cafe\u{301}\""))
        #expect(composed.payload.key != decomposed.payload.key)
    }

    @Test("five minutes ahead is the most in a live account; a sandbox's clock may follow")
    func occurrence() throws {
        let edge = try read(body("occurred_at", "\"2026-03-04T12:05:00Z\""))
        #expect(edge.payload.occurredAt == Timestamp("2026-03-04T12:05:00Z"))
        let far = body("occurred_at", "\"2031-01-01T00:00:00Z\"")
        #expect(wrongFields(far) == ["occurred_at"])
        let followed = try read(far, isSandbox: true)
        #expect(followed.payload.occurredAt == Timestamp("2031-01-01T00:00:00Z"))
    }

    @Test("34 digits survive; one more, a NUL or half a pair is no JSON")
    func bounds() throws {
        let widest = "1234567890123456.789012345678901234"
        let event = try read(body("properties", "{\"value\":\(widest)}"))
        #expect(event.payload.value == Decimal(widest).map { .number($0) })
        for value in [
            "1e400", "1234567890123456789", "0.1234567890123456789", "\"\\u0000\"",
            "\"\\ud800\"",
        ] {
            #expect(throws: JSONError.self) {
                try read(body("properties", "{\"value\":\(value)}"))
            }
        }
    }

    @Test("values keep their JSON type")
    func types() throws {
        for (json, value) in [
            ("\"4\"", SignalValue.string("4")), ("4", .number(4)), ("true", .boolean(true)),
        ] {
            #expect(try read(body("properties", "{\"value\":\(json)}")).payload.value == value)
        }
    }
}
