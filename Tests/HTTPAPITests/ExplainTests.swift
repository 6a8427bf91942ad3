// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("An outcome as it was, and why")
struct ExplainTests {
    /// A sandbox with an outcome of three facts at 12:00:00 and one at 12:10:00.
    private func withOutcome(
        limits: APILimits = .patient,
        _ body: @escaping @Sendable (World, Caller) async throws -> Void
    ) async throws {
        try await World.call(limits: limits) { world, caller in
            let caller = caller.with(world.sandbox.admin)
            try await caller.makeCatalog()
            for action in ["note", "replied"] {
                _ = try await caller.post("/v1/events", Self.event(action))
            }
            _ = try await caller.post("/v1/test-clock/advance", #"{"by":600}"#)
            let last = try await caller.post("/v1/events", Self.event("reopened"))
            let position = try #require(last.string("position"))
            #expect(try await caller.get(Self.path + "?after=" + position).status == 200)
            try await body(world, caller)
        }
    }

    private static let path = "/v1/outcomes/ticket-1001"

    private static func event(_ action: String, customer: String = "acme") -> String {
        #"{"key":"ticket-1001","action":"\#(action)","customer_key":"\#(customer)"}"#
    }

    @Test("the state after each version is what the facts up to it make")
    func atVersion() async throws {
        try await withOutcome { _, caller in
            let states = ["OPEN", "OPEN", "PENDING", "PENDING"]
            for (index, state) in states.enumerated() {
                let reply = try await caller.get("\(Self.path)?at_version=\(index + 1)")
                #expect(reply.string("state") == state)
                #expect(reply.at("version") == .number(Decimal(index + 1)))
                #expect(reply.at("at_version") == .number(Decimal(index + 1)))
                let history = try await caller.get(
                    "\(Self.path)/history?at_version=\(index + 1)&limit=500"
                )
                #expect(history.count("data") == index + 1)
            }
            #expect(
                try await caller.get(Self.path + "?at_version=3").string("scheduled_resolution")
                    == "CONFIRMED"
            )
            let latest = try await caller.get(Self.path + "?at_version=4")
            let plain = try await caller.get(Self.path)
            #expect(latest.text == plain.text.dropLast() + #","at_version":4}"#)
            for path in ["", "/history", "/explain"] {
                #expect(try await caller.get("\(Self.path)\(path)?at_version=5").status == 404)
            }
        }
    }

    @Test("as of an instant is what was recorded by then")
    func asOf() async throws {
        try await withOutcome { _, caller in
            for (instant, version) in [
                ("2026-03-04T12:00:00Z", 3), ("2026-03-04T12:09:59.999999Z", 3),
                ("2026-03-04T13:10:00+01:00", 4), ("2030-01-01T00:00:00Z", 4),
            ] {
                let query = "?as_of=" + PercentCoding.encode(Text(instant))
                let reply = try await caller.get(Self.path + query)
                #expect(reply.at("at_version") == .number(Decimal(version)), "\(instant)")
                let history = try await caller.get("\(Self.path)/history\(query)")
                #expect(history.count("data") == version)
                let explained = try await caller.get("\(Self.path)/explain\(query)")
                #expect(explained.at("version") == .number(Decimal(version)))
            }
            for path in ["", "/history", "/explain"] {
                let before = "\(Self.path)\(path)?as_of=2026-03-04T11:59:59Z"
                #expect(try await caller.get(before).status == 404)
            }
        }
    }

    @Test("a cut history has pages, and the facts tell where they come from")
    func pages() async throws {
        try await withOutcome { _, caller in
            var versions: [JSONValue?] = []
            var previous: String? = String(repeating: "0", count: 64)
            var path = Self.path + "/history?at_version=3&limit=2"
            while true {
                let page = try await caller.get(path)
                for index in 0..<(page.count("data") ?? 0) {
                    versions.append(page.at("data.\(index).version"))
                    #expect(page.string("data.\(index).previous_hash") == previous)
                    #expect(page.string("data.\(index).node") != nil)
                    #expect(page.at("data.\(index).batch") != nil)
                    previous = page.string("data.\(index).hash")
                }
                guard let cursor = page.string("next_cursor") else { break }
                path = Self.path + "/history?at_version=3&limit=2&cursor=" + cursor
            }
            #expect(versions == [.number(1), .number(2), .number(3)])
        }
    }

    @Test("a history whose facts are large has pages of some bytes, none of them empty")
    func pagesOfBytes() async throws {
        var limits = APILimits.patient
        limits.historyBytes = 1
        try await withOutcome(limits: limits) { _, caller in
            for (query, count) in [("", 4), ("?at_version=3", 3), ("?at_version=4", 4)] {
                var versions: [JSONValue?] = []
                var cursor: String?
                repeat {
                    let mark = query.isEmpty ? "?" : "&"
                    let place = cursor.map { "\(mark)cursor=\($0)" } ?? ""
                    let page = try await caller.get("\(Self.path)/history\(query)\(place)")
                    #expect(page.count("data") == 1)
                    versions.append(page.at("data.0.version"))
                    cursor = page.string("next_cursor")
                } while cursor != nil && versions.count < 9
                #expect(versions == (1...count).map { .number(Decimal($0)) }, "\(query)")
            }
        }
    }

    @Test(
        "a moment that means nothing is named",
        arguments: [
            ("at_version=0", ["at_version"]), ("at_version=+1", ["at_version"]),
            ("at_version=x&as_of=y", ["at_version", "as_of"]), ("as_of=2026-03-04", ["as_of"]),
            ("at_version=1&as_of=2026-03-04T12:00:00Z", ["as_of"]),
        ]
    )
    func wrong(query: String, fields: [String]) async throws {
        try await World.call { _, caller in
            for path in ["", "/history", "/explain"] {
                let reply = try await caller.get("\(Self.path)\(path)?\(query)")
                #expect(reply.status == 400)
                #expect(reply.fields == fields)
            }
        }
    }

    @Test("an explanation has the tree, the terms, the money and what would have turned it")
    func explained() async throws {
        try await withOutcome { _, caller in
            let failing = try await caller.get(Self.path + "/explain")
            #expect(failing.string("state") == "PENDING")
            #expect(failing.string("scheduled_resolution") == "FAILED")
            #expect(failing.string("condition.op") == "all")
            #expect(failing.at("condition.holds") == .bool(false))
            #expect(failing.at("condition.conditions.0.holds") == .bool(true))
            #expect(failing.at("condition.conditions.0.decided_by.version") == .number(3))
            #expect(failing.string("condition.conditions.1.fact") == "reopened")
            #expect(failing.at("condition.conditions.1.holds") == .bool(false))
            #expect(failing.at("turned_by.version") == .number(4))
            #expect(failing.string("counterfactual.text") == "without \"reopened\"")
            #expect(failing.string("counterfactual.state") == "CONFIRMED")
            #expect(failing.string("terms.price_per_unit") == "0.99")
            #expect(failing.string("attribution.amount") == "0.99")
            #expect(failing.at("attribution.is_billed") == .bool(false))

            let holding = try await caller.get(Self.path + "/explain?at_version=3")
            #expect(
                holding.string("counterfactual.text")
                    == "one \"reopened\" before 2026-03-04T13:00:00.000000Z"
            )
            #expect(holding.string("counterfactual.changes.0.change") == "added")
            #expect(holding.string("counterfactual.changes.0.within_seconds") == "3600")
            #expect(holding.at("attribution.is_billed") == .bool(true))
        }
    }

    @Test("what is parked is explained by what the catalog lacks; what is foreign is not there")
    func parked() async throws {
        try await withOutcome { world, caller in
            let body = #"{"key":"ticket-2002","action":"replied","customer_key":"ghost"}"#
            let posted = try await caller.post("/v1/events", body)
            let position = try #require(posted.string("position"))
            let explained = try await caller.get(
                "/v1/outcomes/ticket-2002/explain?after=" + position
            )
            #expect(explained.status == 200)
            #expect(explained.at("state") == .null)
            #expect(explained.at("condition") == .null)
            #expect(explained.string("no_counterfactual") == "NOT_OPENED")
            #expect(explained.string("waiting_for.0.code") == "CUSTOMER_NOT_FOUND")
            #expect(explained.string("waiting_for.0.customer_key") == "ghost")
            #expect(explained.at("dead_letter_count") == .number(1))
            #expect(try await caller.get("/v1/outcomes/ticket-2002?at_version=1").status == 404)
            for path in ["/explain", "?at_version=1", "/history?at_version=1"] {
                let stranger = caller.with(world.other.admin)
                #expect(try await stranger.get(Self.path + path).status == 404)
                #expect(try await caller.with(world.live.admin).get(Self.path + path).status == 404)
            }
        }
    }
}
