// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPTypes
import NIOCore
import OutcomeRuntime
import Testing

@testable import HTTPAPI

@Suite("Who may do what")
struct AccessTests {
    /// Every call under a token, with a body that is at least JSON.
    private static let calls: [(HTTPRequest.Method, String)] = APIRoutes.all.compactMap { route in
        guard case .scope = route.access else { return nil }
        let path = route.pattern.text
            .replacing("{event_id}", with: "evt_00000000000000000000000000000000")
            .replacing("{id}", with: "evt_00000000000000000000000000000000")
            .replacing("{key}", with: "some-thing")
        return (HTTPRequest.Method(route.method), path)
    }

    @Test("no call is answered without a good token")
    func noToken() async throws {
        try await World.call { world, caller in
            let forged = world.live.admin.dropLast() + (world.live.admin.hasSuffix("0") ? "1" : "0")
            let tokens = [
                nil, "", "x", "assay_live_x_y", String(forged),
                String(repeating: "a", count: 10_000),
            ]
            for (method, path) in Self.calls {
                for token in tokens {
                    let reply = try await caller.with(token).call(method, path, "{}")
                    #expect(reply.status == 401, "\(method) \(path)")
                    #expect(reply.code == "TOKEN_INVALID")
                    #expect(reply.headers[.wwwAuthenticate] == "Bearer realm=\"assay\"")
                }
            }
        }
    }

    @Test(
        "only Bearer is a scheme, in any case, and two headers are none",
        arguments: [
            ("bearer ", 200), ("BEARER  ", 200), ("Basic ", 401), ("Bearer", 401), ("", 401),
            ("Token ", 401),
        ]
    )
    func scheme(scheme: String, status: Int) async throws {
        try await World.call { world, caller in
            let anonymous = caller.with(nil)
            let field = ("Authorization", scheme + world.live.read)
            let once = try await anonymous.call(.get, "/v1/agents", fields: [field])
            #expect(once.status == status)
            let twice = try await anonymous.call(.get, "/v1/agents", fields: [field, field])
            #expect(twice.status == 401)
        }
    }

    @Test("a token revoked while the body was on its way accepts and changes nothing")
    func revokedMeanwhile() async throws {
        try await World.run { world in
            try await world.serve { port in
                for (method, path, token) in [
                    ("POST", "/v1/events", world.live.ingest),
                    ("POST", "/v1/events/batch", world.other.ingest),
                    ("PUT", "/v1/customers/late", world.live.admin),
                ] {
                    let answer = try await Self.revoke(
                        token,
                        during: "\(method) \(path)",
                        world,
                        port
                    )
                    #expect(answer.contains("TOKEN_INVALID"))
                }
            }
        }
    }

    /// Sends a head, revokes the token when the server asks for the body, and sends that.
    private static func revoke(
        _ token: String,
        during call: String,
        _ world: World,
        _ port: Int
    ) async throws -> String {
        let catalogs = world.services.catalogs
        let principal = try #require(try await catalogs.authenticate(token))
        guard case .token(let id) = principal.holder else { return "" }
        let body = call.hasSuffix("batch") ? "[\(IntakeTests.event)]" : IntakeTests.event
        let sent = call.hasPrefix("PUT") ? #"{"name":"Late"}"# : body
        let (answers, answer) = AsyncStream<String>.makeStream()
        try await Wire.connect(to: port) { wire in
            try await wire.send(
                "\(call) HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(token)\r\n"
                    + "expect: 100-continue\r\nconnection: close\r\n"
                    + "content-length: \(sent.utf8.count)\r\n\r\n"
            )
            _ = try await wire.read { $0.hasSuffix("\r\n\r\n") }
            _ = try await catalogs.change(
                principal.account,
                .revokeToken(id),
                by: .commandLine
            )
            try await wire.send(sent)
            answer.yield(try await wire.read())
        }
        answer.finish()
        var text = ""
        for await answer in answers { text += answer }
        return text
    }

    @Test("each scope does its own, and admin does all")
    func scopes() async throws {
        try await World.call { world, caller in
            let tokens = [
                ("ingest", world.live.ingest), ("read", world.live.read),
                ("admin", world.live.admin),
            ]
            for route in APIRoutes.all {
                guard case .scope(let needed) = route.access else { continue }
                let path = route.pattern.text
                    .replacing("{event_id}", with: "evt_00000000000000000000000000000000")
                    .replacing("{id}", with: "evt_00000000000000000000000000000000")
                    .replacing("{key}", with: "some-thing")
                    // It would go on for ever; with a bad cursor it says no to who is let in.
                    .replacing("/outcomes/stream", with: "/outcomes/stream?cursor=none")
                for (scope, token) in tokens {
                    let isAllowed = scope == "admin" || scope == needed.rawValue
                    let reply = try await caller.with(token).call(
                        HTTPRequest.Method(route.method),
                        path,
                        "{"
                    )
                    #expect(
                        (reply.status == 403) == !isAllowed,
                        "\(scope) \(route.method) \(path)"
                    )
                    if !isAllowed { #expect(reply.code == "FORBIDDEN") }
                    #expect(reply.status < 500)
                }
            }
        }
    }

    @Test("a foreign token sees and moves nothing of another account's")
    func foreign() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            let posted = try await caller.post("/v1/events", IntakeTests.event)
            let lost = try await caller.post(
                "/v1/events",
                #"{"key":"ticket-lost","action":"a","customer_key":"nobody"}"#
            )
            let position = try #require(lost.string("position"))
            let applied = try #require(posted.string("event_id"))
            let letter = try #require(lost.string("event_id"))
            #expect(
                try await caller.get("/v1/dead-letters/\(letter)?after=\(position)").status == 200
            )

            let thief = caller.with(world.other.admin)
            for path in [
                "/v1/events/\(applied)", "/v1/events/\(letter)", "/v1/outcomes/ticket-1001",
                "/v1/outcomes/ticket-1001/history", "/v1/dead-letters/\(letter)",
                "/v1/agents/support", "/v1/agents/support/versions", "/v1/customers/acme",
                "/v1/rate-cards/standard",
            ] {
                let reply = try await thief.get(path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.code == "NOT_FOUND")
            }
            for path in ["/v1/agents/support", "/v1/customers/acme", "/v1/rate-cards/standard"] {
                #expect(try await thief.call(.delete, path).status == 404)
            }
            for path in ["/v1/dead-letters/redrive", "/v1/dead-letters/discard"] {
                let reply = try await thief.post(path, #"{"ids":["\#(letter)"],"reason":"mine"}"#)
                #expect(reply.status == 404)
                #expect(reply.fields == ["ids[0]"])
            }
            let tokens = try await caller.get("/v1/tokens")
            let token = try #require(tokens.string("data.0.id"))
            #expect(try await thief.get("/v1/tokens/\(token)").status == 404)
            #expect(try await thief.call(.delete, "/v1/tokens/\(token)").status == 404)
            for list in [
                "outcomes", "dead-letters", "agents", "customers", "rate-cards",
                "ledger/postings", "ledger/balances",
            ] {
                #expect(try await thief.get("/v1/\(list)").count("data") == 0)
            }
            #expect(
                try await caller.get("/v1/dead-letters").string("data.0.event_id") == letter
            )
        }
    }

    @Test("a cursor of another account leads to an empty page, one of another list is an error")
    func cursors() async throws {
        try await World.call { world, caller in
            try await caller.makeCatalog()
            try await caller.with(world.other.admin).makeCatalog()
            for number in 0..<3 {
                _ = try await caller.put(
                    "/v1/agents/agent-\(number)",
                    """
                    {"name":"x","contract":{"condition":{"fact":"a","operator":"seen"}}}
                    """
                )
            }
            let page = try await caller.get("/v1/agents?limit=2")
            let cursor = try #require(page.string("next_cursor"))
            let next = try await caller.get("/v1/agents?limit=2&cursor=" + cursor)
            #expect(next.string("data.0.key") == "agent-2")
            #expect(next.string("data.1.key") == "support")
            #expect(next.at("next_cursor") == .null)
            let foreign = try await caller.with(world.other.admin).get(
                "/v1/agents?cursor=" + cursor
            )
            #expect(foreign.status == 200)
            #expect(foreign.count("data") == 0)
            for path in [
                "customers", "tokens", "outcomes", "dead-letters", "ledger/postings",
                "ledger/balances", "outcomes/ticket-1001/history",
            ] {
                let reply = try await caller.get("/v1/\(path)?cursor=" + cursor)
                #expect(reply.status == 400, "\(path)")
                #expect(reply.fields == ["cursor"])
            }
        }
    }

    @Test("a revoked token is no token, at once")
    func revocation() async throws {
        try await World.call { _, caller in
            let made = try await caller.post("/v1/tokens", #"{"name":"shop","scopes":["read"]}"#)
            #expect(made.status == 201)
            let secret = try #require(made.string("token"))
            let id = try #require(made.string("id"))
            #expect(try await caller.with(secret).get("/v1/agents").status == 200)
            let list = try await caller.get("/v1/tokens")
            #expect(!list.text.contains(secret))
            #expect(list.text.contains(try #require(made.string("prefix"))))
            let revoked = try await caller.call(.delete, "/v1/tokens/" + id)
            #expect(revoked.status == 200)
            #expect(revoked.at("revoked") == .bool(true))
            #expect(revoked.string("position") != nil)
            #expect(try await caller.with(secret).get("/v1/agents").status == 401)
        }
    }

    @Test(
        "a token needs scopes, and nothing else but a name",
        arguments: [
            ("{}", ["scopes"]), (#"{"scopes":[]}"#, ["scopes"]),
            (#"{"scopes":"read"}"#, ["scopes"]),
            (#"{"scopes":["write",1]}"#, ["scopes[0]", "scopes[1]"]),
            (#"{"scopes":["read"],"name":5,"x":1}"#, ["x", "name"]), ("[]", ["body"]),
            (#"{"scopes":["write","root"],"name":""}"#, ["name", "scopes[0]", "scopes[1]"]),
        ]
    )
    func tokenBodies(body: String, fields: [String]) async throws {
        try await World.call { _, caller in
            let reply = try await caller.post("/v1/tokens", body)
            #expect(reply.status == 400)
            #expect(reply.fields == fields)
        }
    }
}
