// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import HTTPAPI

@Suite("Dead letters")
struct DeadLetterTests {
    private func lose(
        _ key: String,
        _ caller: Caller
    ) async throws -> (id: String, position: String) {
        let reply = try await caller.post(
            "/v1/events",
            #"{"key":"\#(key)","action":"replied","customer_key":"later"}"#
        )
        let id = try #require(reply.string("event_id"))
        let position = try #require(reply.string("position"))
        return (id, position)
    }

    @Test("a dry run tells states and money, a redrive brings them about")
    func redrive() async throws {
        try await World.call { _, caller in
            try await caller.makeCatalog()
            let lost = try await lose("ticket-1001", caller)
            let letter = try await caller.get("/v1/dead-letters/\(lost.id)?after=\(lost.position)")
            #expect(letter.string("code") == "CUSTOMER_NOT_FOUND")
            #expect(letter.string("id") == lost.id)
            #expect(letter.at("parked") == .bool(true))
            #expect(letter.at("agent_key") == .null)
            _ = try await caller.put(
                "/v1/customers/later",
                #"{"name":"Later","rate_card_key":"standard"}"#
            )

            let filter = #"{"filter":{"code":"CUSTOMER_NOT_FOUND"},"dry_run":true}"#
            let dry = try await caller.post("/v1/dead-letters/redrive", filter)
            #expect(dry.status == 200)
            #expect(dry.at("count") == .number(1))
            #expect(dry.string("results.0.status_after") == "applied")
            #expect(dry.at("outcomes.0.state_before") == .null)
            #expect(dry.string("outcomes.0.state_after") == "PENDING")
            #expect(dry.string("outcomes.0.amount") == "0.99")
            #expect(dry.string("totals.0.amount") == "0.99")
            #expect(dry.at("position") == .null)
            #expect(try await caller.get("/v1/dead-letters").count("data") == 1)

            let done = try await caller.post(
                "/v1/dead-letters/redrive",
                #"{"ids":["\#(lost.id)"],"reason":"customer added"}"#
            )
            #expect(done.status == 202)
            let position = try #require(done.string("position"))
            let list = try await caller.get("/v1/dead-letters?after=" + position)
            #expect(list.count("data") == 0)
            let fate = try await caller.get("/v1/events/" + lost.id)
            #expect(fate.string("status") == "applied")

            let again = try await caller.post(
                "/v1/dead-letters/redrive",
                #"{"ids":["\#(lost.id)"]}"#
            )
            #expect(again.status == 202)
            #expect(again.at("count") == .number(0))
            #expect(again.at("skipped") == .number(1))
            #expect(again.string("results.0.status") == "applied")
            #expect(again.at("position") == .null)
        }
    }

    @Test("a discard needs a reason, and is for good")
    func discard() async throws {
        try await World.call { _, caller in
            let lost = try await lose("ticket-1001", caller)
            _ = try await caller.get("/v1/dead-letters?after=" + lost.position)
            let silent = try await caller.post(
                "/v1/dead-letters/discard",
                #"{"ids":["\#(lost.id)"]}"#
            )
            #expect(silent.status == 400)
            #expect(silent.fields == ["reason"])
            let dry = try await caller.post(
                "/v1/dead-letters/discard",
                #"{"filter":{},"dry_run":true}"#
            )
            #expect(dry.status == 200)
            #expect(dry.at("count") == .number(1))
            let done = try await caller.post(
                "/v1/dead-letters/discard",
                #"{"filter":{"key":"ticket-1001"},"reason":"a test"}"#
            )
            #expect(done.status == 202)
            let position = try #require(done.string("position"))
            let fate = try await caller.get("/v1/events/\(lost.id)?after=\(position)")
            #expect(fate.string("status") == "discarded")
            #expect(fate.string("reason") == "a test")
            let list = try await caller.get("/v1/dead-letters?after=" + position)
            #expect(list.count("data") == 0)
        }
    }

    @Test("a filter takes as many as one call may and says that there is more")
    func more() async throws {
        var limits = APILimits.patient
        limits.redriveLetters = 2
        try await World.call(limits: limits) { _, caller in
            var position = ""
            for number in 1...3 {
                position = try await lose("ticket-100\(number)", caller).position
                _ = try await caller.get("/v1/dead-letters?after=" + position)
            }
            let dry = try await caller.post(
                "/v1/dead-letters/redrive",
                #"{"filter":{},"dry_run":true}"#
            )
            #expect(dry.at("count") == .number(2))
            #expect(dry.at("more") == .bool(true))
            let cursor = try #require(dry.string("next_cursor"))
            let rest = try await caller.post(
                "/v1/dead-letters/redrive",
                #"{"filter":{},"dry_run":true,"cursor":"\#(cursor)"}"#
            )
            #expect(rest.string("results.0.key") == "ticket-1001")
            #expect(rest.at("count") == .number(1))
            #expect(rest.at("more") == .bool(false))
            #expect(rest.at("next_cursor") == .null)
            let third = Array(repeating: "\"evt_00000000000000000000000000000000\"", count: 3)
            let ids = try await caller.post(
                "/v1/dead-letters/redrive",
                "{\"ids\":[\(third.joined(separator: ","))]}"
            )
            #expect(ids.fields == ["ids"])
        }
    }

    @Test(
        "a request that says nothing clear is an error",
        arguments: [
            ("{}", ["ids"]), (#"{"ids":[],"filter":{}}"#, ["ids", "ids"]),
            (#"{"ids":["x",5]}"#, ["ids[0]", "ids[1]"]), (#"{"ids":"x"}"#, ["ids"]),
            (#"{"filter":{"state":"x","code":"NOPE"}}"#, ["filter.state", "filter.code"]),
            (#"{"filter":[],"dry_run":1,"reason":""}"#, ["dry_run", "reason", "filter"]),
            (#"{"filter":{"group":"acme"}}"#, ["filter.group"]),
            (#"{"filter":{},"cursor":"x"}"#, ["cursor"]),
            (#"{"ids":[],"cursor":"x"}"#, ["cursor", "ids"]),
        ]
    )
    func wrong(body: String, fields: [String]) async throws {
        try await World.call { _, caller in
            let reply = try await caller.post("/v1/dead-letters/redrive", body)
            #expect(reply.status == 400)
            #expect(reply.fields == fields)
        }
    }
}

@Suite("The test clock")
struct ClockTests {
    @Test("it moves by seconds or to an instant, never back, and in sandboxes only")
    func moving() async throws {
        try await World.call { world, caller in
            let sandbox = caller.with(world.sandbox.admin)
            #expect(
                try await sandbox.get("/v1/test-clock").string("now")
                    == "2026-03-04T12:00:00.000000Z"
            )
            let by = try await sandbox.post("/v1/test-clock/advance", #"{"by":15552000}"#)
            #expect(by.string("now") == "2026-08-31T12:00:00.000000Z")
            #expect(by.string("position") != nil)
            let to = try await sandbox.post(
                "/v1/test-clock/advance",
                #"{"to":"2026-09-01T02:00:00+02:00"}"#
            )
            #expect(to.string("now") == "2026-09-01T00:00:00.000000Z")
            let stands = try await sandbox.post("/v1/test-clock/advance", #"{"by":0}"#)
            #expect(stands.string("now") == "2026-09-01T00:00:00.000000Z")
            for (body, fields) in [
                (#"{"to":"2026-08-01T00:00:00Z"}"#, ["to"]), ("{}", ["to"]),
                (#"{"by":-1}"#, ["by"]), (#"{"by":1.5}"#, ["by"]), (#"{"by":"1"}"#, ["by"]),
                (#"{"by":999999999999999999}"#, ["by"]), (#"{"to":5}"#, ["to"]),
                (#"{"by":1,"to":"2027-01-01T00:00:00Z"}"#, ["by"]), (#"{"x":1}"#, ["x", "to"]),
            ] {
                let reply = try await sandbox.post("/v1/test-clock/advance", body)
                #expect(reply.status == 400, "\(body)")
                #expect(reply.fields == fields)
            }
            #expect(try await caller.get("/v1/test-clock").status == 404)
            #expect(try await caller.post("/v1/test-clock/advance", #"{"by":1}"#).status == 404)
        }
    }

    @Test("an advance that takes too long says where to wait")
    func tooLong() async throws {
        var limits = APILimits.patient
        limits.advanceSeconds = 0
        try await World.call(limits: limits) { world, caller in
            let sandbox = caller.with(world.sandbox.admin)
            let reply = try await sandbox.post("/v1/test-clock/advance", #"{"by":60}"#)
            guard reply.status == 503 else { return }  // it was faster than no time at all
            #expect(reply.code == "READ_BEHIND")
            let position = try #require(reply.string("error.position"))
            let clock = try await sandbox.get("/v1/test-clock?after=" + position)
            #expect(clock.string("now") == "2026-03-04T12:01:00.000000Z")
        }
    }
}
