// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Posting events")
struct IntakeTests {
    static let event = #"{"key":"ticket-1001","action":"replied","customer_key":"acme"}"#

    @Test("a posted event is durable, has a fate, and becomes an outcome")
    func wholeWay() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let posted = try await caller.post("/v1/events", Self.event)
            #expect(posted.status == 202)
            #expect(posted.string("key") == "ticket-1001")
            #expect(posted.string("received_at") == "2026-03-04T12:00:00.000000Z")
            #expect(posted.at("duplicate") == .bool(false))
            #expect(posted.at("body_conflict") == .bool(false))
            #expect(posted.count("ignored") == 0)
            #expect(posted.count("warnings") == 0)
            let id = try #require(posted.string("event_id"))
            let location = try #require(posted.headers[.location])
            #expect(location == "/v1/events/" + id)
            let position = try #require(posted.string("position"))

            let fate = try await caller.get(location + "?after=" + position)
            #expect(fate.status == 200)
            #expect(fate.string("status") == "applied")
            #expect(fate.at("code") == .null)

            let outcome = try await caller.get("/v1/outcomes/ticket-1001?after=" + position)
            #expect(outcome.string("state") == "PENDING")
            #expect(outcome.string("scheduled_resolution") == "CONFIRMED")
            #expect(outcome.at("agent_inferred") == .bool(true))
            #expect(outcome.string("price") == "0.99")
            #expect(outcome.at("quantity") == .null)
            #expect(outcome.at("contract.version") == .number(1))
            #expect(outcome.at("contract.settlement_period") == .number(3600))

            let history = try await caller.get("/v1/outcomes/ticket-1001/history?limit=1")
            #expect(history.string("data.0.type") == "outcome_opened")
            let cursor = try #require(history.string("next_cursor"))
            let rest = try await caller.get("/v1/outcomes/ticket-1001/history?cursor=" + cursor)
            #expect(rest.string("data.0.type") == "signal_applied")
            #expect(rest.string("data.0.data.signal.event_id") == id)
            #expect(rest.at("next_cursor") == .null)
        }
    }

    @Test("wrong fields are all named, and nothing is accepted")
    func wrongFields() async throws {
        try await World.call { _, caller in
            let reply = try await caller.post(
                "/v1/events",
                #"{"key":"x","properties":{"value":[]}}"#
            )
            #expect(reply.status == 400)
            #expect(reply.code == "VALIDATION_ERROR")
            #expect(reply.fields == ["key", "properties.value", "action", "customer_key"])
            #expect(reply.string("error.type") == "invalid_request_error")
            #expect(reply.at("error.status") == .number(400))
            #expect(reply.string("error.request_id") == reply.headers[.requestID])
        }
    }

    @Test(
        "what is no JSON of ours is a VALIDATION_ERROR",
        arguments: [
            "", "{", "[1]", "null", "{} {}", #"{"key":"a","key":"b"}"#, "{\"a\":\"\\u0000\"}",
            "{\"a\":1e999}", #"{"a":"\ud800"}"#, "\u{FEFF}{}",
            String(repeating: "[", count: 200_000),
        ]
    )
    func noJSON(body: String) async throws {
        try await World.call { _, caller in
            let reply = try await caller.post("/v1/events", body)
            #expect(reply.status == 400)
            #expect(reply.code == "VALIDATION_ERROR")
            #expect(reply.fields.count >= 1)
        }
    }

    @Test("256 KiB are taken, one byte more is not")
    func size() async throws {
        try await World.call { _, caller in
            let frame =
                #"{"key":"ticket-1001","action":"a","customer_key":"c","properties":{"m":""}}"#
            for (length, status) in [(262_144, 202), (262_145, 413)] {
                let padding = String(repeating: "x", count: length - frame.utf8.count)
                let body = frame.replacing("\"\"", with: "\"\(padding)\"")
                #expect(body.utf8.count == length)
                let reply = try await caller.post("/v1/events", body)
                #expect(reply.status == status)
                if status == 413 { #expect(reply.code == "PAYLOAD_TOO_LARGE") }
            }
        }
    }

    @Test("a key used again answers the first event, and says whether the body differs")
    func idempotency() async throws {
        try await World.call { _, caller in
            func post(_ properties: String, _ more: String = "") async throws -> Reply {
                try await caller.post(
                    "/v1/events",
                    """
                    {"key":"ticket-1001","action":"a","customer_key":"c","idempotency_key":"k",
                    "properties":\(properties)\(more)}
                    """
                )
            }
            let first = try await post(#"{"value":4,"b":1,"a":null}"#)
            let again = try await post(#"{"b":1.0,"value":4.00}"#, #","typo":1"#)
            let other = try await post(#"{"b":1,"value":"4"}"#)
            #expect(first.at("duplicate") == .bool(false))
            #expect(again.at("duplicate") == .bool(true))
            #expect(again.at("body_conflict") == .bool(false))
            #expect(again.at("ignored.0") == .string("typo"))
            #expect(other.at("body_conflict") == .bool(true))
            for reply in [again, other] {
                #expect(reply.status == 202)
                #expect(reply.string("event_id") == first.string("event_id"))
                #expect(reply.string("position") == first.string("position"))
            }
        }
    }

    @Test("settles_at in the past is a warning, 180 days and a bit an error")
    func settlesAt() async throws {
        try await World.call { _, caller in
            func post(_ instant: String) async throws -> Reply {
                try await caller.post(
                    "/v1/events",
                    """
                    {"key":"ticket-1001","action":"a","customer_key":"c",
                    "properties":{"settles_at":"\(instant)"}}
                    """
                )
            }
            let past = try await post("2020-01-01T00:00:00Z")
            #expect(past.status == 202)
            #expect(past.string("warnings.0.field") == "properties.settles_at")
            let edge = try await post("2026-08-31T12:00:00Z")
            #expect(edge.status == 202)
            #expect(edge.count("warnings") == 0)
            let far = try await post("2026-08-31T12:00:00.000001Z")
            #expect(far.status == 400)
            #expect(far.fields == ["properties.settles_at"])
        }
    }

    @Test("what curl -d sends without a header is read as JSON")
    func formContentType() async throws {
        try await World.call { _, caller in
            let reply = try await caller.post(
                "/v1/events",
                Self.event,
                type: "application/x-www-form-urlencoded"
            )
            #expect(reply.status == 202)
        }
    }

    @Test("other content types and compressed bodies are refused")
    func contentTypes() async throws {
        try await World.call { _, caller in
            for type in ["text/plain", "application/xml", "application/x-ndjson"] {
                let reply = try await caller.post("/v1/events", Self.event, type: type)
                #expect(reply.status == 415)
                #expect(reply.code == "UNSUPPORTED_MEDIA_TYPE")
            }
            let json = try await caller.post(
                "/v1/events",
                Self.event,
                type: "Application/JSON; charset=utf-8"
            )
            #expect(json.status == 202)
            let packed = try await caller.call(
                .post,
                "/v1/events",
                Self.event,
                fields: [("Content-Encoding", "gzip")]
            )
            #expect(packed.status == 415)
        }
    }

    @Test("a clock in doubt accepts nothing and says when to come back")
    func clockInDoubt() async throws {
        try await World.call { world, caller in
            world.clock.setDoubt("it jumped")
            let reply = try await caller.post("/v1/events", Self.event)
            #expect(reply.status == 503)
            #expect(reply.code == "CLOCK_IN_DOUBT")
            #expect(reply.headers[.retryAfter] == "30")
            #expect(!reply.text.contains("jumped"))
        }
    }

    @Test("CloudEvents come in structured and in binary mode, and a retry is a duplicate")
    func cloudEvents() async throws {
        try await World.call { _, caller in
            let structured = try await caller.post(
                "/v1/events",
                #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":\#(Self.event)}"#,
                type: "application/cloudevents+json"
            )
            #expect(structured.status == 202)
            let binary = try await caller.call(
                .post,
                "/v1/events",
                Self.event,
                fields: [
                    ("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"),
                    ("ce-type", "t"),
                ]
            )
            #expect(binary.status == 202)
            #expect(binary.at("duplicate") == .bool(true))
            #expect(binary.string("event_id") == structured.string("event_id"))
            let bad = try await caller.call(
                .post,
                "/v1/events",
                Self.event,
                fields: [("ce-specversion", "1.0")]
            )
            #expect(bad.fields == ["source", "id", "type"])
        }
    }

    @Test("the trace a client sends is kept with the facts; a malformed one is not")
    func trace() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let posted = try await caller.call(
                .post,
                "/v1/events",
                Self.event,
                fields: [("traceparent", trace)]
            )
            let position = try #require(posted.string("position"))
            let history = try await caller.get(
                "/v1/outcomes/ticket-1001/history?after=" + position
            )
            #expect(history.string("data.1.trace") == trace)
        }
    }
}

@Suite("Posting batches")
struct BatchTests {
    private func event(_ number: Int) -> String {
        #"{"key":"ticket-\#(1000 + number)","action":"replied","customer_key":"acme"}"#
    }

    @Test("one result per item in order; one bad item does not spoil the others")
    func mixed() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let big = String(repeating: "x", count: 262_144)
            let reply = try await caller.post(
                "/v1/events/batch",
                """
                [\(event(1)), {"key":"x"}, nonsense, \(event(2)), "text",
                 {"key":"ticket-1003","action":"a","customer_key":"c","properties":{"m":"\(big)"}}]
                """
            )
            #expect(reply.status == 202)
            #expect(reply.count("results") == 6)
            let statuses = (0..<6).map { reply.at("results.\($0).status") }
            #expect(statuses == [202, 400, 400, 202, 400, 413].map { .number($0) })
            #expect(reply.string("results.0.key") == "ticket-1001")
            #expect(reply.string("results.1.error.details.0.field") == "key")
            #expect(reply.string("results.3.key") == "ticket-1002")
            #expect(reply.string("results.5.error.code") == "PAYLOAD_TOO_LARGE")
            let position = try #require(reply.string("position"))
            let feed = try await caller.get("/v1/outcomes?after=" + position)
            #expect(feed.count("data") == 2)
        }
    }

    @Test("a thousand go in one batch, a thousand and one do not")
    func size() async throws {
        try await World.call { _, caller in
            for (count, status) in [(1000, 202), (1001, 413)] {
                let array = "[" + (0..<count).map(event).joined(separator: ",") + "]"
                let reply = try await caller.post("/v1/events/batch", array)
                #expect(reply.status == status)
                let lines = (0..<count).map(event).joined(separator: "\n")
                let ndjson = try await caller.post(
                    "/v1/events/batch",
                    lines,
                    type: "application/x-ndjson"
                )
                #expect(ndjson.status == status)
            }
            let large = "[" + String(repeating: " ", count: 4_194_303) + "]"
            #expect(try await caller.post("/v1/events/batch", large).status == 413)
        }
    }

    @Test("an empty batch has no position; what is no array is an error")
    func edges() async throws {
        try await World.call { _, caller in
            let empty = try await caller.post("/v1/events/batch", " [ ] ")
            #expect(empty.status == 202)
            #expect(empty.count("results") == 0)
            #expect(empty.at("position") == .null)
            for body in ["", "{}", "[1,", "[,]", "[1] 2", event(1)] {
                let reply = try await caller.post("/v1/events/batch", body)
                #expect(reply.status == 400)
                #expect(reply.fields == ["body"])
            }
        }
    }

    @Test("what makes a text unreadable is named by its field where it has one")
    func unreadable() async throws {
        try await World.call { _, caller in
            let broken = [
                (#"{"key":"ticket-1001","properties":{"value":1e18}}"#, "properties.value"),
                (#"{"properties":{"a":[1,{"b":0.1234567890123456789}]}}"#, "properties.a[1].b"),
                (#"{"key":"ticket\u00001001"}"#, "key"),
                (#"{"key":"ticket-1001","key":"ticket-1001"}"#, "key"),
                (#"{"properties":{"value":1,"value":2}}"#, "properties.value"), ("1e18", "body"),
            ]
            for (body, field) in broken {
                #expect(try await caller.post("/v1/events", body).fields == [field])
            }
            let bodies = broken.map(\.0).joined(separator: ",")
            let batch = try await caller.post("/v1/events/batch", "[\(bodies)]")
            for (index, (_, field)) in broken.enumerated() {
                #expect(batch.string("results.\(index).error.details.0.field") == field)
            }
        }
    }

    @Test("NDJSON may have blank lines, carriage returns, and no last line break")
    func lines() async throws {
        try await World.call { _, caller in
            let reply = try await caller.post(
                "/v1/events/batch",
                "\r\n\(event(1))\r\n\n  \n{\n\(event(2))",
                type: "application/x-ndjson"
            )
            let statuses = (0..<3).map { reply.at("results.\($0).status") }
            #expect(reply.count("results") == 3)
            #expect(statuses == [202, 400, 202].map { .number($0) })
        }
    }

    @Test("two of one idempotency key in one batch are one event")
    func duplicates() async throws {
        try await World.call { _, caller in
            let one =
                #"{"key":"ticket-1001","action":"a","customer_key":"c","idempotency_key":"k"}"#
            let reply = try await caller.post("/v1/events/batch", "[\(one),\(one)]")
            #expect(reply.at("results.0.duplicate") == .bool(false))
            #expect(reply.at("results.1.duplicate") == .bool(true))
            #expect(reply.string("results.0.event_id") == reply.string("results.1.event_id"))
        }
    }

    @Test("a batch of CloudEvents has its own content type")
    func cloudEvents() async throws {
        try await World.call { _, caller in
            let one = #"{"specversion":"1.0","id":"1","source":"s","type":"t","data":\#(event(1))}"#
            let reply = try await caller.post(
                "/v1/events/batch",
                "[\(one),\(event(2))]",
                type: "application/cloudevents-batch+json"
            )
            #expect(reply.at("results.0.status") == .number(202))
            #expect(reply.at("results.1.status") == .number(400))
            let wrong = try await caller.post(
                "/v1/events/batch",
                "[]",
                type: "application/cloudevents+json"
            )
            #expect(wrong.status == 415)
        }
    }
}
