// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Journeys of events")
struct TraceTests {
    private let event = #"{"key":"ticket-1001","action":"replied","customer_key":"acme"}"#
    private let trace = "0af7651916cd43dd8448eb211c80319c"

    private func post(_ caller: Caller, _ body: String) async throws -> Reply {
        let reply = try await caller.call(
            .post,
            "/v1/events",
            body,
            fields: [
                ("X-Request-Id", "req_mine"),
                ("traceparent", "00-\(trace)-b7ad6b7169203331-01"),
            ]
        )
        #expect(reply.status == 202)
        return reply
    }

    @Test("an event's journey has its hops, its facts and every read model")
    func journey() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let posted = try await post(caller, event)
            let id = try #require(posted.string("event_id"))
            let position = try #require(posted.string("position"))
            let reply = try await caller.get("/v1/events/\(id)/trace?after=\(position)")
            #expect(reply.status == 200)
            #expect(reply.string("event_id") == id)
            #expect(reply.string("status") == "applied")
            #expect(reply.at("wait") == .null)
            #expect(reply.count("passages") == 1)
            #expect(reply.string("passages.0.occasion") == "event")
            #expect(reply.string("passages.0.request_id") == "req_mine")
            #expect(reply.string("passages.0.node") == "test")
            let names = (0..<9).map { reply.string("passages.0.steps.\($0).name") }
            #expect(
                names
                    == ["accepted", "flushed", "taken", "decided", "appended"]
                    + Array(repeating: "visible", count: 4)
            )
            #expect(reply.at("passages.0.steps.4.at") == .null)
            #expect(reply.string("passages.0.facts.0.type") == "outcome_opened")
            #expect(reply.string("passages.0.facts.1.type") == "signal_applied")
            #expect(reply.string("passages.0.facts.1.state") == "PENDING")
        }
    }

    @Test("a request, a trace and an idempotency key lead to the event")
    func otherIDs() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let body = event.dropLast() + #","idempotency_key":"key one"}"#
            let posted = try await post(caller, String(body))
            let id = try #require(posted.string("event_id"))
            let position = try #require(posted.string("position"))
            for query in [
                "request_id=req_mine", "trace_id=\(trace)", "idempotency_key=key%20one",
                "idempotency_key=key%20one&key=ticket-1001",
            ] {
                let reply = try await caller.get("/v1/traces?\(query)&after=\(position)")
                #expect(reply.status == 200, "\(query)")
                #expect(reply.count("data") == 1, "\(query)")
                #expect(reply.string("data.0.event_id") == id, "\(query)")
                #expect(reply.at("next_cursor") == .null)
            }
            let none = try await caller.get("/v1/traces?request_id=other")
            #expect(none.count("data") == 0)
        }
    }

    @Test("an advance of the test clock leads to what it has settled")
    func advance() async throws {
        try await World.call { world, caller in
            let caller = caller.with(world.sandbox.admin)
            try await caller.makeCatalog()
            let posted = try await post(caller, event)
            let id = try #require(posted.string("event_id"))
            let advanced = try await caller.call(
                .post,
                "/v1/test-clock/advance",
                #"{"by":3600}"#,
                fields: [("X-Request-Id", "req_advance")]
            )
            #expect(advanced.status == 200)
            let reply = try await caller.get("/v1/traces?request_id=req_advance")
            #expect(reply.count("data") == 1)
            #expect(reply.string("data.0.event_id") == id)
            #expect(reply.string("data.0.passages.0.request_id") == "req_mine")
            #expect(reply.string("data.0.passages.1.occasion") == "time")
            #expect(reply.string("data.0.passages.1.request_id") == "req_advance")
            let history = try await caller.get("/v1/outcomes/ticket-1001/history")
            let requests = (0..<3).map { history.string("data.\($0).request_id") }
            #expect(requests == ["req_mine", "req_mine", "req_advance"])
        }
    }

    @Test("a request leads to what it has changed in the catalog, and what was changed to it")
    func catalogChanges() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            func send(_ method: HTTPRequest.Method, _ path: String, _ body: String?) async throws {
                let reply = try await caller.call(
                    method,
                    path,
                    body,
                    fields: [("X-Request-Id", "req_\(method.rawValue)")]
                )
                #expect((200..<300).contains(reply.status))
            }
            try await send(.put, "/v1/customers/acme", #"{"name":"Acme Two"}"#)
            try await send(.put, "/v1/customers/late", #"{"name":"Late"}"#)
            try await send(.put, "/v1/customers/late", #"{"name":"Late"}"#)
            try await send(.delete, "/v1/agents/support", nil)
            try await send(.delete, "/v1/customers/acme/personal-data", nil)

            let puts = try await caller.get("/v1/traces?request_id=req_PUT")
            #expect(puts.count("data") == 0)
            #expect(puts.count("catalog_changes") == 2)
            #expect((0..<2).map { puts.string("catalog_changes.\($0).key") } == ["acme", "late"])
            #expect(puts.string("catalog_changes.0.type") == "customer_put")
            #expect(puts.string("catalog_changes.0.request_id") == "req_PUT")
            let customer = try await caller.get("/v1/customers/acme")
            #expect(customer.string("request_id") == "req_PUT")
            #expect(
                customer.at("catalog_version") == puts.at("catalog_changes.0.catalog_version")
            )
            let deletes = try await caller.get("/v1/traces?request_id=req_DELETE")
            #expect(deletes.string("catalog_changes.0.type") == "agent_archived")
            #expect(deletes.string("catalog_changes.1.type") == "personal_data_erased")
            #expect(deletes.count("catalog_changes") == 2)
            #expect(try await caller.get("/v1/agents/support").string("request_id") == "req_DELETE")
            let erasure = try await caller.get("/v1/customers/acme/personal-data")
            #expect(erasure.string("last_erasure.request_id") == "req_DELETE")
            let versions = try await caller.get("/v1/agents/support/versions")
            #expect(versions.string("data.0.request_id")?.hasPrefix("req_") == true)

            let other = caller.with(world.other.admin)
            let foreign = try await other.get("/v1/traces?request_id=req_PUT")
            #expect(foreign.count("catalog_changes") == 0)
            let traced = try await caller.get("/v1/traces?trace_id=\(trace)")
            #expect(traced.at("catalog_changes") == nil)
        }
    }

    @Test("nothing of another account is shown")
    func foreign() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            let posted = try await post(caller, event)
            let id = try #require(posted.string("event_id"))
            let position = try #require(posted.string("position"))
            let other = caller.with(world.other.admin)
            #expect(try await other.get("/v1/events/\(id)/trace?after=\(position)").status == 404)
            let list = try await other.get("/v1/traces?request_id=req_mine&after=\(position)")
            #expect(list.count("data") == 0)
        }
    }

    @Test(
        "exactly one id is asked for, and it has to look like one",
        arguments: [
            "", "request_id=a&trace_id=0af7651916cd43dd8448eb211c80319c", "trace_id=0AF7",
            "posting_id=pst_1", "request_id=a%20b", "request_id=a&key=ticket-1001",
            "idempotency_key=", "key=ticket-1001",
        ]
    )
    func refused(query: String) async throws {
        try await World.call { _, caller in
            let reply = try await caller.get("/v1/traces?\(query)")
            #expect(reply.status == 400)
            #expect(reply.string("error.code") == "VALIDATION_ERROR")
        }
    }

    @Test("what was never accepted has no journey")
    func unknown() async throws {
        try await World.call { _, caller in
            let id = EventID(partition: 9_999, fingerprint: 1, unique: 2, salt: 3)
            for name in ["evt_nothing", id.description] {
                let reply = try await caller.get("/v1/events/\(name)/trace")
                #expect(reply.status == 404)
            }
        }
    }
}
