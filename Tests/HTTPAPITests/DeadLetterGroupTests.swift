// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import HTTPAPI

@Suite("Dead letters by what is missing, over HTTP")
struct DeadLetterGroupTests {
    private func post(_ key: String, _ more: String, _ caller: Caller) async throws -> String {
        let reply = try await caller.post(
            "/v1/events",
            #"{"key":"\#(key)","action":"replied"\#(more)}"#
        )
        return try #require(reply.string("position"))
    }

    @Test("each group says what is missing, whether it is there, and what the catalog says now")
    func groups() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            _ = try await caller.put("/v1/customers/bare", #"{"name":"Bare"}"#)
            let agent = #"{"name":"Extra","contract":{"condition":[]}}"#
            _ = try await caller.put("/v1/agents/extra", agent)
            for (index, more) in [
                #","customer_key":"acme","agent_key":"ghost""#, #","customer_key":"later""#,
                #","customer_key":"bare","agent_key":"extra""#,
                #","customer_key":"acme","agent_key":"extra""#,
            ].enumerated() {
                for number in 0...index {
                    let position = try await post("ticket-\(index)-\(number)", more, caller)
                    _ = try await caller.get("/v1/dead-letters?after=" + position)
                }
            }
            let before = try await caller.get("/v1/dead-letters/groups")
            #expect(before.status == 200, "\(before.text)")
            let codes = [
                "AGENT_NOT_FOUND", "CUSTOMER_NOT_FOUND", "RATE_CARD_ENTRY_NOT_FOUND",
                "RATE_CARD_NOT_FOUND",
            ]
            #expect((0..<4).map { before.string("data.\($0).code") } == codes)
            #expect(
                (0..<4).map { before.at("data.\($0).count") } == [1, 2, 4, 3].map { .number($0) }
            )
            for index in 0..<4 {
                #expect(before.at("data.\(index).is_there") == .bool(false))
                #expect(before.string("data.\(index).samples.0.code_now") == codes[index])
            }
            #expect(before.string("data.0.missing.agent_key") == "ghost")
            #expect(before.at("data.0.missing.customer_key") == .null)
            #expect(before.string("data.1.missing.customer_key") == "later")
            #expect(before.string("data.2.missing.agent_key") == "extra")
            #expect(before.string("data.2.missing.rate_card_key") == "standard")
            #expect(before.string("data.3.missing.customer_key") == "bare")

            _ = try await caller.put("/v1/agents/ghost", agent)
            _ = try await caller.put("/v1/customers/later", #"{"name":"Later"}"#)
            let after = try await caller.get("/v1/dead-letters/groups")
            #expect(after.at("data.0.is_there") == .bool(true))
            #expect(after.string("data.0.samples.0.code_now") == "RATE_CARD_ENTRY_NOT_FOUND")
            #expect(after.at("data.1.is_there") == .bool(true))
            #expect(after.at("data.2.is_there") == .bool(false))

            let second = try await caller.get("/v1/dead-letters/groups?limit=1")
            let cursor = try #require(second.string("next_cursor"))
            let next = try await caller.get("/v1/dead-letters/groups?limit=3&cursor=" + cursor)
            #expect(next.count("data") == 3)
            #expect(next.at("next_cursor") == .null)
        }
    }

    @Test("a whole group is redriven in steps, past those that stay, and leaves no trace twice")
    func steps() async throws {
        var limits = APILimits.patient
        limits.redriveLetters = 2
        try await World.call(limits: limits) { _, caller in
            try await caller.makeCatalog()
            var position = ""
            for number in 0..<5 {
                position = try await post("ticket-10\(number)", #","customer_key":"later""#, caller)
                _ = try await caller.get("/v1/dead-letters?after=" + position)
            }
            let groups = try await caller.get("/v1/dead-letters/groups")
            let group = try #require(groups.string("data.0.id"))
            // Nothing has been put: every letter stays, and the cursor leads past each all the same.
            #expect(try await redriven(group, caller) == [2, 2, 1])
            #expect(try await caller.get("/v1/dead-letters?group=" + group).count("data") == 5)
            _ = try await caller.put(
                "/v1/customers/later",
                #"{"name":"Later","rate_card_key":"standard"}"#
            )
            #expect(try await redriven(group, caller) == [2, 2, 1])
            #expect(try await caller.get("/v1/dead-letters/groups").count("data") == 0)
            #expect(try await redriven(group, caller) == [0])
            let history = try await caller.get("/v1/outcomes/ticket-100/history")
            let types = (0..<(history.count("data") ?? 0)).map { history.string("data.\($0).type") }
            #expect(
                types == [
                    "signal_dead_lettered", "signal_redriven", "signal_redriven",
                    "outcome_opened", "signal_applied",
                ]
            )
            #expect(history.string("data.2.cause.author")?.isEmpty == false)
            #expect(history.string("data.2.data.reason") == "the customer is there")
        }
    }

    /// How many letters each call of a redrive of a whole group took.
    private func redriven(_ group: String, _ caller: Caller) async throws -> [Int] {
        var counts: [Int] = []
        var cursor = ""
        repeat {
            let reply = try await caller.post(
                "/v1/dead-letters/redrive",
                #"{"filter":{"group":"\#(group)"},"reason":"the customer is there"\#(cursor)}"#
            )
            #expect(reply.status == 202, "\(reply.text)")
            counts.append(reply.count("results") ?? -1)
            if let position = reply.string("position") {
                _ = try await caller.get("/v1/dead-letters?after=" + position)
            }
            cursor = reply.string("next_cursor").map { #","cursor":"\#($0)""# } ?? ""
        } while !cursor.isEmpty
        return counts
    }

    @Test("groups are the account's own")
    func foreign() async throws {
        try await World.call { world, caller in
            let position = try await post("ticket-1001", #","customer_key":"nobody""#, caller)
            #expect(
                try await caller.get("/v1/dead-letters/groups?after=" + position).count("data") == 1
            )
            let other = caller.with(world.sandbox.admin)
            #expect(try await other.get("/v1/dead-letters/groups").count("data") == 0)
        }
    }
}
