// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import HTTPTypes
import SQLiteStore
import Testing

@testable import HTTPAPI

@Suite("Value delivered")
struct ValueTests {
    private static let path = "/api/outcomes"
    private static let json = "application/json"

    private func post(
        _ caller: Caller,
        _ body: String,
        user: String? = nil,
        key: String? = nil,
        type: String? = json
    ) async throws -> Reply {
        var fields: [(String, String)] = []
        if let user { fields.append(("Cookie", user)) }
        if let key { fields.append(("Idempotency-Key", key)) }
        return try await caller.call(.post, Self.path, body, type: type, fields: fields)
    }

    private func list(_ caller: Caller, user: String, _ query: String = "") async throws -> Reply {
        try await caller.call(.get, Self.path + query, fields: [("Cookie", user)])
    }

    @Test("a session records for its user, is told the id, and finds it in the list at once")
    func session() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let nobody = caller.with(nil)
            let reply = try await post(
                nobody,
                """
                {"outcomeType":"deal_closed","title":"Closed","description":"A deal",
                "valueUsd":1234.50,"agentId":3,"userId":8,"metadata":{"b":[1.0],"a":"é"}}
                """,
                user: users.cookie("ann")
            )
            #expect(reply.status == 200)
            let id = try #require(reply.string("id"))
            #expect(reply.text == #"{"ok":true,"id":"\#(id)"}"#)
            #expect(EventID(id) != nil)
            let listed = try await list(nobody, user: users.cookie("ann"))
            #expect(listed.status == 200)
            #expect(
                listed.text == """
                    [{"id":"\(id)","user_id":\(users.number("ann")),"agent_id":3,"outcome_type":"deal_closed",\
                    "title":"Closed","description":"A deal","value_usd":1234.5,\
                    "metadata":{"a":"é","b":[1]},"created_at":"2026-03-04T12:00:00.000000Z"}]
                    """
            )
            #expect(try await list(nobody, user: users.cookie("bob")).text == "[]")
            #expect(try await list(nobody, user: users.cookie("cleo")).text == "[]")
        }
    }

    @Test("the internal key records for a member of its account, or for nobody")
    func internalKey() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let service = caller.with(TestUsers.internalKey)
            let reply = try await post(
                service,
                #"{"outcomeType":"task_complete","title":"T","userId":\#(users.number("bob")),"valueUsd":0}"#
            )
            #expect(reply.status == 200)
            #expect(reply.text == #"{"ok":true}"#)
            let bare = #"{"outcomeType":"task_complete","title":"T","description":null}"#
            #expect(try await post(service, bare).text == #"{"ok":true}"#)
            let listed = try await list(caller.with(nil), user: users.cookie("bob"))
            #expect(listed.at("0.user_id") == .number(Decimal(Int(users.number("bob")))))
            #expect(listed.at("0.value_usd") == 0)
            for field in ["agent_id", "description", "metadata"] {
                #expect(listed.at("0.\(field)") == .null)
            }
            #expect(listed.at("1") == nil)
            for user in [users.number("cleo"), 999, 0, -7] {
                let foreign = #"{"outcomeType":"task_complete","title":"T","userId":\#(user)}"#
                let refused = try await post(service, foreign)
                #expect(refused.status == 400)
                #expect(refused.text == #"{"error":"Invalid user_id"}"#)
            }
        }
    }

    @Test("nobody else is let in", arguments: ["", "wrong", "an-internal-key-of-test"])
    func unauthorized(token: String) async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let body = #"{"outcomeType":"task_complete","title":"T"}"#
            for token in [token.isEmpty ? nil : token, world.live.admin, world.live.ingest] {
                let posted = try await post(caller.with(token), body)
                let listed = try await caller.with(token).get(Self.path)
                for reply in [posted, listed] {
                    #expect(reply.status == 401)
                    #expect(reply.text == #"{"error":"Unauthorized"}"#)
                }
            }
            // The list is for sessions only, and a wrong bearer is not helped by a cookie.
            let service = caller.with(TestUsers.internalKey)
            #expect(try await list(service, user: users.cookie("ann")).status == 401)
            #expect(
                try await post(caller.with("wrong"), body, user: users.cookie("ann")).status == 401
            )
            #expect(
                try await post(
                    caller.with(nil),
                    body,
                    user: "assay_session=" + String(repeating: "A", count: 43)
                ).status == 401
            )
            // Nor is the internal key a token of the API.
            #expect(try await service.get("/v1/outcomes").status == 401)
        }
    }

    static let wrong: [(String, String)] = [
        (#"{"title":"T"}"#, "outcome_type"),
        (#"{"outcomeType":"nothing","title":"T"}"#, "outcome_type"),
        (#"{"outcomeType":5,"title":"T"}"#, "outcome_type"),
        (#"{"outcomeType":"task_complete"}"#, "title"),
        (#"{"outcomeType":"task_complete","title":""}"#, "title"),
        (
            #"{"outcomeType":"task_complete","title":"\#(String(repeating: "é", count: 201))"}"#,
            "title"
        ),
        (#"{"outcomeType":"task_complete","title":"T","description":7}"#, "description"),
        (
            #"{"outcomeType":"task_complete","title":"T","description":"\#(String(repeating: "d", count: 1001))"}"#,
            "description"
        ),
        (#"{"outcomeType":"task_complete","title":"T","valueUsd":"5"}"#, "value_usd"),
        (#"{"outcomeType":"task_complete","title":"T","valueUsd":-0.01}"#, "value_usd"),
        (#"{"outcomeType":"task_complete","title":"T","valueUsd":1e18}"#, "value_usd"),
        (#"{"outcomeType":"task_complete","title":"T","agentId":1.5}"#, "agent_id"),
        (#"{"outcomeType":"task_complete","title":"T","agentId":"1"}"#, "agent_id"),
        (#"{"outcomeType":"task_complete","title":"T","userId":"1"}"#, "user_id"),
        (#"{"outcomeType":"task_complete","title":"T","metadata":[]}"#, "metadata"),
        (#"{"outcomeType":"task_complete","title":"T","metadata":{"a":1,"a":2}}"#, "metadata"),
        (#"{"outcomeType":"task_complete","title":"a\u0000b"}"#, "title"),
        ("[]", "body"), ("{", "body"), ("", "body"),
    ]

    @Test("what is wrong is named as the list names it", arguments: wrong)
    func invalid(body: String, field: String) async throws {
        try await World.call { _, caller in
            let reply = try await post(caller.with(TestUsers.internalKey), body)
            #expect(reply.status == 400, "\(body)")
            #expect(reply.text == #"{"error":"Invalid \#(field)"}"#, "\(body)")
        }
    }

    @Test("the longest title and description there may be are taken, counted in characters")
    func longest() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let title = String(repeating: "é", count: 200)
            let text = String(repeating: "🎉", count: 1000)
            let body = """
                {"outcomeType":"content_published","title":"\(title)","description":"\(text)"}
                """
            #expect(try await post(caller.with(nil), body, user: users.cookie("ann")).status == 200)
            let listed = try await list(caller.with(nil), user: users.cookie("ann"))
            #expect(listed.string("0.title") == title)
            #expect(listed.string("0.description") == text)
        }
    }

    @Test("an idempotency key gives the same id for the same body, and nothing for another")
    func idempotency() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let nobody = caller.with(nil)
            let body = #"{"outcomeType":"deal_closed","title":"T","valueUsd":2,"metadata":{}}"#
            let first = try await post(nobody, body, user: users.cookie("ann"), key: "once")
            let again = try await post(
                nobody,
                #"{"metadata":{},"valueUsd":2.00,"title":"T","outcomeType":"deal_closed"}"#,
                user: users.cookie("ann"),
                key: "once"
            )
            #expect(first.status == 200)
            #expect(again.text == first.text)
            let other = #"{"outcomeType":"deal_closed","title":"U","valueUsd":2,"metadata":{}}"#
            let refused = try await post(nobody, other, user: users.cookie("ann"), key: "once")
            #expect(refused.status == 400)
            #expect(refused.text == #"{"error":"Invalid idempotency_key"}"#)
            // Another caller's key is another key.
            let another = try await post(nobody, body, user: users.cookie("bob"), key: "once")
            #expect(another.status == 200)
            #expect(another.string("id") != first.string("id"))
            #expect(try await list(nobody, user: users.cookie("ann")).at("1") == nil)
            let long = String(repeating: "k", count: 256)
            #expect(
                try await post(nobody, body, user: users.cookie("ann"), key: long).status == 400
            )
        }
    }

    @Test("the list is newest first, of twenty unless told otherwise, and of fifty at most")
    func paging() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let nobody = caller.with(nil)
            for number in 0..<52 {
                let body = #"{"outcomeType":"task_complete","title":"n\#(number)"}"#
                #expect(try await post(nobody, body, user: users.cookie("cleo")).status == 200)
            }
            for (query, count) in [
                ("", 20), ("?limit=1", 1), ("?limit=50", 50), ("?limit=51", 50),
                ("?limit=9999", 50),
            ] {
                guard
                    case .array(let items) = try await list(
                        nobody,
                        user: users.cookie("cleo"),
                        query
                    ).json
                else {
                    Issue.record("no array")
                    return
                }
                let titles = items.map { item -> String? in
                    guard case .object(let object) = item,
                        case .string(let title)? = object["title"]
                    else { return nil }
                    return title.string
                }
                #expect(titles == (0..<count).map { "n\(51 - $0)" })
            }
            for query in ["?limit=0", "?limit=-1", "?limit=x", "?limit=1.5", "?limit="] {
                let refused = try await list(nobody, user: users.cookie("cleo"), query)
                #expect(refused.status == 400)
                #expect(refused.text == #"{"error":"Invalid limit"}"#)
            }
            #expect(
                try await list(nobody, user: users.cookie("cleo"), "?page=2").text
                    == #"{"error":"Invalid page"}"#
            )
        }
    }

    @Test("a session has to say JSON, and no body may be too large")
    func bodies() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let body = #"{"outcomeType":"task_complete","title":"T"}"#
            for type in [nil, "application/x-www-form-urlencoded", "text/plain"] {
                let refused = try await post(
                    caller.with(nil),
                    body,
                    user: users.cookie("ann"),
                    type: type
                )
                #expect(refused.status == 415)
                #expect(refused.text == #"{"error":"Unsupported media type"}"#)
            }
            let large = String(repeating: "x", count: 262_144)
            let refused = try await post(
                caller.with(TestUsers.internalKey),
                #"{"outcomeType":"task_complete","title":"T","metadata":{"x":"\#(large)"}}"#
            )
            #expect(refused.status == 413)
            #expect(refused.text == #"{"error":"Payload too large"}"#)
        }
    }

    @Test("a store that is away is a 500 in the seed's words, with the time to try again")
    func storeAway() async throws {
        try await World.call(intakeLog: { FaultyIngestLog(log: $0) { _ in true } }) {
            world,
            caller in
            let users = try await TestUsers(world)
            let body = #"{"outcomeType":"task_complete","title":"T"}"#
            let reply = try await post(caller.with(nil), body, user: users.cookie("ann"))
            #expect(reply.status == 500)
            #expect(reply.text == #"{"error":"Failed to record outcome"}"#)
            #expect(reply.headers[.retryAfter] == "5")
        }
    }

    @Test("who only reads may list, and records nothing")
    func readOnly() async throws {
        try await World.call { world, caller in
            let dora = try await TestUsers(world).cookie("dora")
            let body = #"{"outcomeType":"task_complete","title":"T"}"#
            let refused = try await post(caller.with(nil), body, user: dora)
            #expect(refused.status == 403)
            #expect(refused.text == #"{"error":"Forbidden"}"#)
            #expect(try await list(caller.with(nil), user: dora).text == "[]")
        }
    }

    @Test("no event of the other API is found under its id, and no journey")
    func otherAPI() async throws {
        try await World.call { world, caller in
            let users = try await TestUsers(world)
            let reply = try await post(
                caller.with(nil),
                #"{"outcomeType":"task_complete","title":"T"}"#,
                user: users.cookie("ann")
            )
            let id = try #require(reply.string("id"))
            let read = caller.with(world.live.read)
            #expect(try await read.get("/v1/events/\(id)").status == 404)
            #expect(try await read.get("/v1/events/\(id)/trace").status == 404)
            #expect(try await read.get("/v1/outcomes").count("data") == 0)
        }
    }
}
