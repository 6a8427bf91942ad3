// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import NIOCore
import NIOPosix
import OutcomeDomain
import SQLiteStore
import Testing

@testable import OutcomeRuntime

@Suite("The requests behind changes and advances")
struct RequestsBehindChangesTests {
    @Test("a change of the catalog keeps its request, also for who reads the log")
    func change() async throws {
        let world = try World()
        let live = try await world.account("live", isSandbox: false).account
        let key = try #require(CustomerKey("late"))
        let body = try CustomerBody(json: JSONReader.read(Array(#"{"name":"Late"}"#.utf8)))
        let cause = ChangeCause(request: "req_put", trace: "00-1-1-01")
        let change = try await world.catalogs.change(
            live,
            .putCustomer(key, body),
            by: .commandLine,
            cause: cause
        )
        #expect(change.catalog.customer(key)?.updated.request == "req_put")
        let reader = CatalogDirectory(
            log: world.store,
            partitioning: world.store.partitioning,
            node: "other",
            clock: world.clock
        )
        let read = try #require(try await reader.catalog(of: live))
        #expect(read.customer(key)?.updated.request == "req_put")
        #expect(read.customer(key)?.created.request == "req_put")
        #expect(try read.customer(#require(CustomerKey("acme")))?.updated.request == nil)
        let stored = try #require(
            try await world.store.catalogEvents(of: live, after: change.version - 1).first
        )
        #expect(String(decoding: stored.envelope, as: UTF8.self).contains(cause.trace ?? "none"))
        await world.store.close()
    }

    @Test("an erasure keeps the request that asked for it")
    func erasure() async throws {
        let world = try World()
        let live = try await world.account("live", isSandbox: false)
        let customer = try #require(CustomerKey("acme"))
        _ = try await world.intake.erase(
            customer,
            reason: nil,
            as: live,
            trace: nil,
            request: "req_erase"
        )
        try await withLane(of: world) { lane in while try await lane.turn() != .nothing {} }
        let catalog = try #require(try await world.catalogs.refresh(live.account))
        #expect(catalog.erasures(of: customer).map(\.stamp.request) == ["req_erase"])
        await world.store.close()
    }

    @Test(
        "what settles in a sandbox tells which advance has ended its window, whatever a turn takes"
    )
    func advances() async throws {
        let world = try World()
        let sandbox = try await world.account("sandboxa", isSandbox: true)
        func advance(_ seconds: Int64, _ request: String?) async throws {
            _ = try await world.intake.advanceClock(
                of: sandbox,
                cause: ChangeCause(request: request, trace: nil)
            ) { $0.adding(seconds: seconds) }
        }
        try await withLane(of: world) { lane in
            try await world.post("outcome-1", as: sandbox)
            while try await lane.turn() != .nothing {}
            // Three windows of an hour, begun at 0, 600 and 1,200 seconds.
            try await advance(600, "req_early")
            try await world.post("outcome-2", as: sandbox)
            try await advance(600, "req_middle")
            try await world.post("outcome-3", as: sandbox)
            while try await lane.turn() != .nothing {}
            // All in one turn: to 3,000, to 3,600, to 4,300 and, by a signal, to 5,000 seconds.
            try await advance(1_800, "req_idle")
            try await advance(600, "req_first")
            try await advance(700, "req_second")
            try await world.post(
                "outcome-4",
                as: sandbox,
                occurredAt: World.start.adding(seconds: 5_000)
            )
            while try await lane.turn() != .nothing {}
        }
        #expect(try await requests(world, "outcome-1", sandbox) == [nil, nil, "req_first"])
        #expect(try await requests(world, "outcome-2", sandbox) == [nil, nil, "req_second"])
        #expect(try await requests(world, "outcome-3", sandbox) == [nil, nil, nil])
        await world.store.close()
    }

    @Test("advances beyond those that are told apart are not named, and earlier ones stay right")
    func manyAdvances() {
        var advances = ClockAdvances()
        for number in 0..<Int64(ClockAdvances.limitAdvances + 5) {
            advances.add(from: time(number), to: time(number + 1), by: "req_\(number)")
        }
        let last = Int64(ClockAdvances.limitAdvances)
        #expect(advances.request(passing: time(0)) == nil)
        #expect(advances.request(passing: time(1)) == "req_0")
        #expect(advances.request(passing: time(last)) == "req_\(last - 1)")
        #expect(advances.request(passing: time(last + 1)) == nil)
        advances.forget()
        #expect(advances.request(passing: time(1)) == nil)
    }

    private func time(_ seconds: Int64) -> Timestamp { World.start.adding(seconds: seconds) }

    private func requests(
        _ world: World,
        _ key: String,
        _ principal: Principal
    ) async throws -> [String?] {
        let reader = OutcomeReader(
            eventLog: world.store,
            ingestLog: world.store,
            partitioning: world.store.partitioning
        )
        return try await reader.history(
            of: #require(OutcomeKey(Text(key))),
            account: principal.account,
            isSandbox: true,
            limit: 9
        ).map { $0.passage?.request }
    }

    private func withLane(of world: World, _ body: (Lane) async throws -> Void) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let lane = try #require(world.lanes(1, on: loops).first)
        try await lane.reload()
        try await body(lane)
        try await loops.shutdownGracefully()
    }
}
