// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import HTTPAPI

@Suite("Dry runs of redrives and discards (SPEC 4, Dead letters)")
struct DryRunTests {
    private static let key = "ticket-1001"

    /// Posts a signal and waits until it is judged.
    private func post(_ customer: String, _ caller: Caller) async throws -> String {
        let reply = try await caller.post(
            "/v1/events",
            #"{"key":"\#(Self.key)","action":"replied","customer_key":"\#(customer)"}"#
        )
        let position = try #require(reply.string("position"))
        _ = try await caller.get("/v1/dead-letters?after=" + position)
        return try #require(reply.string("event_id"))
    }

    private func dryRun(_ call: String, of id: String, _ caller: Caller) async throws -> Reply {
        let reply = try await caller.post(
            "/v1/dead-letters/" + call,
            #"{"ids":["\#(id)"],"dry_run":true}"#
        )
        #expect(reply.status == 200)
        return reply
    }

    @Test("money that is booked already, or comes without the redrive, is not in the totals")
    func onlyItsOwnMoney() async throws {
        try await World.call { world, caller in
            let caller = caller.with(world.sandbox.admin)
            try await caller.makeCatalog()
            _ = try await post("acme", caller)
            let mismatch = try await post("somebody", caller)
            let pending = try await dryRun("redrive", of: mismatch, caller)
            #expect(pending.string("outcomes.0.state_before") == "PENDING")
            #expect(pending.string("outcomes.0.state_after") == "PENDING")
            #expect(pending.string("outcomes.0.amount") == "0.99")
            #expect(pending.string("results.0.status_after") == "dead_lettered")
            #expect(pending.string("results.0.code_after") == "OUTCOME_IDENTITY_MISMATCH")
            #expect(pending.count("totals") == 0)
            _ = try await caller.post("/v1/test-clock/advance", #"{"by":3600}"#)
            let late = try await post("acme", caller)
            let booked = try await dryRun("redrive", of: late, caller)
            #expect(booked.string("outcomes.0.state_before") == "CONFIRMED")
            #expect(booked.string("outcomes.0.state_after") == "CONFIRMED")
            #expect(booked.string("results.0.code_after") == "OUTCOME_NOT_OPEN")
            #expect(booked.count("totals") == 0)
        }
    }

    @Test("an outcome that would settle at once says when its window ended")
    func settledAtOnce() async throws {
        try await World.call { world, caller in
            let caller = caller.with(world.sandbox.admin)
            try await caller.makeCatalog()
            let letter = try await post("later", caller)
            _ = try await caller.post("/v1/test-clock/advance", #"{"by":7200}"#)
            _ = try await caller.put(
                "/v1/customers/later",
                #"{"name":"Later","rate_card_key":"standard"}"#
            )
            let dry = try await dryRun("redrive", of: letter, caller)
            #expect(dry.at("outcomes.0.state_before") == .null)
            #expect(dry.string("outcomes.0.state_after") == "CONFIRMED")
            #expect(dry.string("outcomes.0.settles_at") == "2026-03-04T13:00:00.000000Z")
            #expect(dry.at("outcomes.0.scheduled_resolution") == .null)
            #expect(dry.string("results.0.status_after") == "applied")
            #expect(dry.at("results.0.code_after") == .null)
            #expect(dry.string("totals.0.amount") == "0.99")
        }
    }

    @Test("a discard's dry run tells the same things, and its repetition the code the letter had")
    func discard() async throws {
        try await World.call { _, caller in
            let letter = try await post("nobody", caller)
            let dry = try await dryRun("discard", of: letter, caller)
            #expect(dry.string("results.0.status") == "dead_lettered")
            #expect(dry.string("results.0.status_after") == "discarded")
            #expect(dry.string("results.0.code_after") == "AGENT_AMBIGUOUS")
            #expect(dry.string("outcomes.0.key") == Self.key)
            #expect(dry.at("outcomes.0.state_before") == .null)
            #expect(dry.at("outcomes.0.state_after") == .null)
            #expect(dry.count("totals") == 0)
            let discard = #"{"ids":["\#(letter)"],"reason":"a test"}"#
            let done = try await caller.post("/v1/dead-letters/discard", discard)
            let position = try #require(done.string("position"))
            let fate = try await caller.get("/v1/events/\(letter)?after=\(position)")
            #expect(fate.string("code") == "AGENT_AMBIGUOUS")
            let again = try await caller.post("/v1/dead-letters/discard", discard)
            #expect(again.at("skipped") == .number(1))
            #expect(again.string("results.0.status") == "discarded")
            #expect(again.string("results.0.code") == "AGENT_AMBIGUOUS")
            #expect(again.at("results.0.status_after") == nil)
        }
    }
}
