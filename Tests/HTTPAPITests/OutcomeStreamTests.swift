// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Identity
import ProjectionKit
import Testing

@testable import HTTPAPI

@Suite("The live stream", .serialized)
struct OutcomeStreamTests {
    /// A server, a caller with the admin's token, and the port for streams.
    private func run(
        changeLimits: ChangeLimits = ChangeLimits(),
        _ body: @escaping @Sendable (World, Caller, Int) async throws -> Void
    ) async throws {
        try await World.run(changeLimits: changeLimits) { world in
            try await world.serve { port in
                try await Caller.withClient(port) { client in
                    let caller = Caller(client: client, token: world.live.admin)
                    try await caller.makeCatalog()
                    try await body(world, caller, port)
                }
            }
        }
    }

    private func request(
        _ token: String,
        _ query: String = "",
        field: String = "",
        method: String = "GET"
    ) -> String {
        "\(method) /v1/outcomes/stream\(query) HTTP/1.1\r\nhost: x\r\n"
            + "authorization: Bearer \(token)\r\n\(field)\r\n"
    }

    /// Opens a stream; what has been read when `enough` is true ends it.
    private func stream(
        _ port: Int,
        _ request: String,
        then act: @escaping @Sendable () async throws -> Void = {},
        until enough: @escaping @Sendable (Told) -> Bool
    ) async throws -> Told {
        let (results, result) = AsyncStream<Told>.makeStream()
        try await Wire.connect(to: port) { wire in
            try await wire.send(request)
            // It listens when the first event is there, if not before.
            let opening = try await wire.read { Told($0).isOpen }
            try await act()
            var text = opening
            if !enough(Told(opening)) {
                text += try await wire.read { enough(Told(opening + $0)) }
            }
            result.yield(Told(text))
        }
        result.finish()
        for await told in results { return told }
        return Told("")
    }

    private static func event(_ key: String, _ action: String = "replied") -> String {
        #"{"key":"\#(key)","action":"\#(action)","customer_key":"acme"}"#
    }

    @Test("an outcome is told as the feed shows it, as soon as it does")
    func tells() async throws {
        try await run { world, caller, port in
            let told = try await stream(port, request(world.live.read)) {
                let posted = try await caller.post("/v1/events", Self.event("outcome-1"))
                #expect(posted.status == 202)
            } until: {
                $0.outcomes.last?.contains("PENDING") == true
            }
            #expect(told.text.hasPrefix("HTTP/1.1 200 "))
            #expect(told.text.contains("Content-Type: text/event-stream\r\n"))
            #expect(told.text.ranges(of: "retry: ").count == 1)
            let shown = try await caller.get("/v1/outcomes/outcome-1")
            #expect(told.outcomes.last == shown.text)
            #expect(told.lastID.flatMap { ChangeCursor($0) } != nil)
        }
    }

    @Test("who comes back with the last id is told what happened meanwhile, by header or query")
    func resumes() async throws {
        try await run { world, caller, port in
            let first = try await stream(port, request(world.live.read)) { $0.lastID != nil }
            let id = try #require(first.lastID)
            var position = ""
            for key in ["outcome-1", "outcome-2"] {
                let posted = try await caller.post("/v1/events", Self.event(key))
                position = try #require(posted.string("position"))
            }
            for (query, field) in [
                ("?after=\(position)", "last-event-id: \(id)\r\n"),
                ("?after=\(position)&cursor=\(id)", ""),
                ("?after=\(position)&cursor=AQA", "Last-Event-ID: \(id)\r\n"),
            ] {
                let told = try await stream(
                    port,
                    request(world.live.read, query, field: field)
                ) { $0.lastID != nil }
                #expect(told.keys.sorted() == ["outcome-1", "outcome-2"])
                #expect(!told.text.contains("event: reset"))
            }
        }
    }

    @Test("only what the filters name and only the account's own is told")
    func filters() async throws {
        try await run { world, caller, port in
            let other = caller.with(world.other.admin)
            try await other.makeCatalog()
            let told = try await stream(
                port,
                request(world.live.read, "?state=PENDING&agent_key=support&customer_key=acme")
            ) {
                _ = try await other.post("/v1/events", Self.event("of-others"))
                _ = try await caller.post("/v1/events", Self.event("outcome-1", "asked"))
                _ = try await caller.post("/v1/events", Self.event("outcome-2"))
            } until: {
                $0.keys.contains("outcome-2")
            }
            #expect(Set(told.keys) == ["outcome-2"])
        }
    }

    @Test("an id that is none leads to a reset, a cursor that is none is refused")
    func noPlace() async throws {
        try await run { world, caller, port in
            for field in ["last-event-id: nonsense\r\n", "last-event-id: AQAB\r\n"] {
                let told = try await stream(port, request(world.live.read, field: field)) {
                    $0.lastID != nil
                }
                #expect(told.text.contains("event: reset\ndata: {}\nid: "))
            }
            let refused = try await caller.get("/v1/outcomes/stream?cursor=nonsense")
            #expect(refused.status == 400)
            #expect(refused.fields == ["cursor"])
        }
    }

    @Test("a stream ends at the next sign of life when its token is revoked")
    func revoked() async throws {
        try await run { world, caller, port in
            let made = try await caller.post("/v1/tokens", #"{"scopes":["read"]}"#)
            let token = try #require(made.string("token"))
            let id = try #require(made.string("id"))
            let told = try await stream(port, request(token)) {
                world.services.changes.beat()
            } until: {
                $0.beats == 2
            }
            #expect(told.beats == 2)
            let ended = try await stream(port, request(token, field: "connection: close\r\n")) {
                let revoked = try await caller.call(.delete, "/v1/tokens/\(id)")
                #expect(revoked.status == 200)
                world.services.changes.beat()
            } until: { _ in
                false
            }
            #expect(ended.text.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test("a stream of who has signed in ends at the next sign of life when the session has ended")
    func signedOut() async throws {
        try await run { world, _, port in
            let users = try await TestUsers(world)
            let ann = try #require(UserID(users.number("ann")))
            let request =
                "GET /v1/outcomes/stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
                + "cookie: \(users.cookie("ann"))\r\n\r\n"
            let ended = try await stream(port, request) {
                try await world.services.identities?.signOutEverywhere(ann)
                world.services.changes.beat()
            } until: { _ in
                false
            }
            #expect(ended.beats == 1)
            #expect(ended.text.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test("one stream more than may be open is refused, and taken when one has gone")
    func tooMany() async throws {
        var limits = ChangeLimits()
        limits.accountListeners = 1
        try await run(changeLimits: limits) { world, caller, port in
            let open = request(world.live.read)
            _ = try await stream(port, open) {
                let refused = try await caller.get("/v1/outcomes/stream")
                #expect(refused.status == 429)
                #expect(refused.code == "TOO_MANY_STREAMS")
                #expect(refused.headers[.retryAfter] == "5")
            } until: { _ in
                true
            }
            while world.services.changes.listenerCount > 0 { await Task.yield() }
            let again = try await stream(port, open) { $0.isOpen }
            #expect(again.text.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("HEAD opens nothing, and a token without the scope gets nothing")
    func others() async throws {
        try await run { world, caller, port in
            let head = try await caller.call(.head, "/v1/outcomes/stream")
            #expect(head.status == 200)
            while world.services.changes.listenerCount > 0 { await Task.yield() }
            let refused = try await caller.with(world.live.ingest).get("/v1/outcomes/stream")
            #expect(refused.status == 403)
        }
    }

    @Test("a sandbox's stream tells what the test clock makes due")
    func sandbox() async throws {
        try await run { world, caller, port in
            let sandbox = caller.with(world.sandbox.admin)
            try await sandbox.makeCatalog()
            let told = try await stream(port, request(world.sandbox.read)) {
                _ = try await sandbox.post("/v1/events", Self.event("outcome-1"))
                let moved = try await sandbox.post("/v1/test-clock/advance", #"{"by":3600}"#)
                #expect(moved.status < 300)
            } until: {
                $0.outcomes.last?.contains("CONFIRMED") == true
            }
            #expect(told.keys.last == "outcome-1")
        }
    }
}

/// What a stream has told, read from its bytes.
private struct Told {
    let text: String

    init(_ text: String) { self.text = text }

    private func fields(_ name: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix(name + ": ") }
            .map { String($0.dropFirst(name.utf8.count + 2)) }
    }

    /// The JSON of each outcome.
    var outcomes: [String] { fields("data").filter { $0 != "{}" } }
    var keys: [String] {
        outcomes.compactMap { json in
            guard case .object(let object)? = try? JSONReader.read(Array(json.utf8)),
                case .string(let key)? = object["key"]
            else { return nil }
            return key.string
        }
    }
    var lastID: String? { text.hasSuffix("\n\r\n") ? fields("id").last : nil }
    var beats: Int { text.ranges(of: ": beat\n").count }
    var isOpen: Bool { lastID != nil }
}
