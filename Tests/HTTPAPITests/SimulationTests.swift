// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import ExactValues
import HTTPTypes
import MetricsTestKit
import OutcomeRuntime
import Simulation
import Testing
import TrafficStudy

@testable import HTTPAPI

@Suite("A contract tried on real traffic (ADR 0039)")
struct SimulationTests {
    private static let longer = """
        {"settlement_period":9000,"condition":{"all":[{"fact":"replied","operator":"seen"},
        {"fact":"reopened","operator":"not_seen"}]}}
        """

    /// One outcome that is CONFIRMED, one that was reopened too late to count, one that is PENDING.
    private func traffic(_ world: World, _ caller: Caller) async throws -> Caller {
        let caller = caller.with(world.sandbox.admin)
        try await caller.makeCatalog()
        try await post("ticket-0001", "replied", caller)
        try await post("ticket-0002", "replied", caller)
        _ = try await caller.post("/v1/test-clock/advance", #"{"by":7200}"#)
        try await post("ticket-0002", "reopened", caller)
        try await post("ticket-0003", "replied", caller)
        return caller
    }

    private func post(_ key: String, _ action: String, _ caller: Caller) async throws {
        let reply = try await caller.post(
            "/v1/events",
            #"{"key":"\#(key)","action":"\#(action)","customer_key":"acme"}"#
        )
        let position = try #require(reply.string("position"))
        let seen = try await caller.get("/v1/outcomes?after=" + position)
        #expect(seen.status == 200)
    }

    private func simulate(
        _ caller: Caller,
        contract: String = longer,
        _ more: String = ""
    ) async throws -> Reply {
        try await caller.post(
            "/v1/simulations",
            #"{"agent_key":"support","contract":\#(contract)\#(more)}"#
        )
    }

    @Test("it tells who would change from what to what, why, and the money")
    func changes() async throws {
        try await World.call { world, caller in
            let caller = try await traffic(world, caller)
            let reply = try await simulate(caller.with(world.sandbox.read))
            #expect(reply.status == 200)
            #expect(reply.at("outcomes") == .number(3))
            #expect(reply.at("changed") == .number(2))
            #expect(reply.at("more") == .bool(false))
            // The newest first; of one instant the greater key.
            #expect(reply.string("changes.0.key") == "ticket-0002")
            #expect(reply.string("changes.0.before.state") == "CONFIRMED")
            #expect(reply.at("changes.0.before.late_signal_count") == .number(1))
            #expect(reply.string("changes.0.after.state") == "PENDING")
            #expect(reply.string("changes.0.after.scheduled_resolution") == "FAILED")
            #expect(reply.string("changes.0.turned_by.path") == "/all/1")
            #expect(reply.string("changes.0.reasons.0") == "WINDOW")
            #expect(reply.string("changes.1.key") == "ticket-0001")
            #expect(reply.string("changes.1.after.scheduled_resolution") == "CONFIRMED")
            #expect(reply.string("table.0.from") == "PENDING")
            #expect(reply.string("table.1.from") == "CONFIRMED")
            #expect(reply.string("table.1.to") == "PENDING")
            #expect(reply.at("table.1.outcomes") == .number(2))
            #expect(reply.string("totals.0.confirmed.before") == "1.98")
            #expect(reply.string("totals.0.confirmed.difference") == "-1.98")
            #expect(reply.string("totals.0.pending.after") == "1.98")
        }
    }

    @Test("at the position of an answer the same request has the same bytes, whatever came since")
    func pinned() async throws {
        try await World.call { world, caller in
            let caller = try await traffic(world, caller)
            let first = try await simulate(caller)
            let position = try #require(first.string("position"))
            let pin = #","position":"\#(position)""#
            #expect(try await simulate(caller, pin).bytes == first.bytes)
            try await post("ticket-0003", "reopened", caller)
            try await post("ticket-0004", "replied", caller)
            _ = try await caller.post("/v1/test-clock/advance", #"{"by":90000}"#)
            #expect(try await simulate(caller, pin).bytes == first.bytes)
            let now = try await simulate(caller)
            #expect(now.at("outcomes") == .number(4))
            #expect(now.string("position") != position)
            // A card that is changed later does not change an answer either.
            let card = #","rate_card":{"key":"standard"}"#
            let priced = try await simulate(caller, card)
            let put = try await caller.put(
                "/v1/rate-cards/standard",
                #"{"name":"S","currency":"EUR","entries":[{"agent_key":"support","price_per_unit":9}]}"#
            )
            #expect(put.status == 200)
            let later = try #require(priced.string("position"))
            let again = try await simulate(caller, card + #","position":"\#(later)""#)
            #expect(again.bytes == priced.bytes)
            #expect(try await simulate(caller, card).string("totals.0.currency") == "EUR")
        }
    }

    @Test("outcomes are chosen by number, period and customer, prices by card or in place")
    func choice() async throws {
        try await World.call { world, caller in
            let caller = try await traffic(world, caller)
            let one = try await simulate(caller, #","outcomes":{"last":1}"#)
            #expect(one.at("outcomes") == .number(1))
            #expect(one.at("more") == .bool(true))
            let all = try await simulate(caller, #","outcomes":{"last":3},"changes":1"#)
            #expect(all.at("more") == .bool(false))
            #expect(all.count("changes") == 1)
            let early = try await simulate(
                caller,
                #","outcomes":{"opened_before":"2026-03-04T13:00:00Z"}"#
            )
            #expect(early.at("outcomes") == .number(2))
            let late = try await simulate(
                caller,
                #","outcomes":{"opened_from":"2026-03-04T14:00:00Z"}"#
            )
            #expect(late.at("outcomes") == .number(1))
            let nobody = try await simulate(caller, #","customer_key":"nobody""#)
            #expect(nobody.at("outcomes") == .number(0))
            let inPlace = try await simulate(
                caller,
                #","rate_card":{"currency":"EUR","price_per_unit":"2.5"}"#
            )
            #expect(inPlace.string("totals.0.currency") == "EUR")
            #expect(inPlace.string("totals.0.pending.after") == "5")
            #expect(inPlace.string("totals.1.currency") == "USD")
            #expect(inPlace.string("changes.0.after.amount") == "2.5")
        }
    }

    @Test("every wrong field is named")
    func invalid() async throws {
        try await World.call { world, caller in
            let caller = try await traffic(world, caller)
            let wrong = try await caller.post(
                "/v1/simulations",
                """
                {"contract":{"condition":{"fact":"a","operator":"sen"}},"outcomes":{"last":0,"x":1},
                "rate_card":{"currency":"usd"},"changes":-1,"position":"AAAA","extra":1}
                """
            )
            #expect(wrong.status == 400)
            #expect(
                wrong.fields.sorted() == [
                    "agent_key", "changes", "contract.condition.operator", "extra", "outcomes.last",
                    "outcomes.x", "position", "rate_card.currency", "rate_card.price_per_unit",
                ]
            )
            let agent = try await caller.post(
                "/v1/simulations",
                #"{"agent_key":"ghost","contract":\#(Self.longer)}"#
            )
            #expect(agent.fields == ["agent_key"])
            let card = try await simulate(caller, #","rate_card":{"key":"ghost"}"#)
            #expect(card.fields == ["rate_card.key"])
            // A position is its account's own.
            let position = try #require(try await simulate(caller).string("position"))
            let foreign = caller.with(world.live.admin)
            try await foreign.makeCatalog()
            let refused = try await simulate(foreign, #","position":"\#(position)""#)
            #expect(refused.fields == ["position"])
            #expect(try await simulate(foreign).at("outcomes") == .number(0))
            let ingest = try await simulate(caller.with(world.sandbox.ingest))
            #expect(ingest.code == "FORBIDDEN")
        }
    }

    @Test("more than so many at a time are told to come back, and what takes too long is refused")
    func bounds() async throws {
        var full = APILimits.patient
        full.studies.simulationsOfAccount = 0
        try await World.call(limits: full) { _, caller in
            try await caller.makeCatalog()
            let reply = try await simulate(caller)
            #expect(reply.status == 429)
            #expect(reply.code == "STUDIES_BUSY")
            #expect(reply.headers[.retryAfter] == "1")
        }
        var brief = APILimits.patient
        brief.studies.simulationSeconds = 0
        try await World.call(limits: brief) { world, caller in
            let caller = try await traffic(world, caller)
            // The place of one that failed is free again.
            for _ in 0..<3 {
                let reply = try await simulate(caller)
                #expect(reply.status == 422)
                #expect(reply.code == "SIMULATION_TOO_LARGE")
            }
            let told = try await inParts(caller, Self.longer)
            #expect(told.status == 200)
            #expect(told.text.hasPrefix("event: error\ndata: {\"error\":{"))
            #expect(told.text.contains("SIMULATION_TOO_LARGE"))
        }
    }

    private func inParts(_ caller: Caller, _ contract: String) async throws -> Reply {
        try await caller.call(
            .post,
            "/v1/simulations",
            #"{"agent_key":"support","contract":\#(contract)}"#,
            fields: [("Accept", "text/event-stream")]
        )
    }

    @Test("its figures tell how many are made, how they ended, and of how many streams")
    func figures() async throws {
        let figures = TestMetrics()
        var limits = APILimits()
        limits.studies.simulationsOfAccount = 1
        try await withMetricsFactory(figures) {
            try await World.call(limits: limits) { world, caller in
                let caller = try await traffic(world, caller)
                _ = try await simulate(caller)
                let running = try figures.expectGauge("assay_simulations_running")
                #expect(running.values == [1, 0])
                let streams = try figures.expectCounter("assay_simulation_streams_total")
                #expect(streams.totalValue == 3)
                let work = try await begin(world)
                #expect(try await simulate(caller).code == "STUDIES_BUSY")
                let refused = try figures.expectCounter("assay_simulations_refused_total")
                #expect(refused.totalValue == 1)
                #expect(running.lastValue == 1)
                struct Gone: Error {}
                await #expect(throws: Gone.self) { try await work.run { _ in throw Gone() } }
                #expect(running.lastValue == 0)
                for (end, count) in [
                    ("answered", 1), ("stopped", 1), ("too_large", 0), ("failed", 0),
                ] {
                    let name = "assay_simulation_seconds"
                    let timer = try figures.expectTimer(name, [("end", end)])
                    #expect(timer.values.count == count, "\(end)")
                }
            }
        }
    }

    /// Takes a place for the longer contract.
    private func begin(_ world: World) async throws -> SimulationWork {
        let principal = try await #require(
            world.services.catalogs.authenticate(world.sandbox.read)
        )
        let object = try JSONReader.read(
            Array(#"{"agent_key":"support","contract":\#(Self.longer)}"#.utf8)
        )
        guard case .object(let body) = object else { throw StudyError.behind }
        let request = try SimulationBody(json: body, account: world.sandbox.id).request
        return try await world.services.simulations.begin(request, as: principal)
    }

    @Test("in parts it tells how far it has come, then the same answer")
    func parts() async throws {
        try await World.call { world, caller in
            let caller = try await traffic(world, caller)
            let whole = try await simulate(caller)
            for _ in 0..<3 {
                let told = try await inParts(caller, Self.longer)
                #expect(told.status == 200)
                #expect(told.headers[.contentType] == "text/event-stream")
                #expect(told.headers[try #require(HTTPField.Name("X-Accel-Buffering"))] == "no")
                let events = told.text.split(separator: "\n\n")
                #expect(events.first == "event: progress\ndata: {\"done\":3,\"of\":3}")
                #expect(events.last == "event: result\ndata: \(whole.text)")
                #expect(events.count == 2)
            }
            let wrong = try await inParts(caller, "{}")
            #expect(wrong.status == 400)
            #expect(wrong.fields == ["contract.condition"])
        }
    }

    @Test("what is read again after a cancellation is not: the work stops, and its place is free")
    func cancelled() async throws {
        var one = APILimits.patient
        one.studies.simulationsOfAccount = 1
        try await World.call(limits: one) { world, caller in
            _ = try await traffic(world, caller)
            struct Gone: Error {}
            await #expect(throws: Gone.self) {
                try await begin(world).run { _ in throw Gone() }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await begin(world).run() }
                }
                try await group.waitForAll()
            }
            let work = try await begin(world)
            await #expect(throws: StudyError.busy) { try await begin(world) }
            work.end()
            let result = try await begin(world).run()
            #expect(result.table.outcomes == 3)
        }
    }
}
