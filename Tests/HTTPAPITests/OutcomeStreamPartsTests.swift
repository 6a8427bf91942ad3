// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOCore
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit
import Synchronization
import Testing

@testable import HTTPAPI

/// What a live stream writes, without a connection.
@Suite("The parts of a live stream")
struct OutcomeStreamPartsTests {
    /// Takes parts, and ends the stream when there are as many as the test wants.
    private final class Record: Sendable {
        private struct Enough: Error {}
        private let texts = Mutex<[String]>([])
        private let limit: Int

        init(limit: Int) { self.limit = limit }

        var parts: [String] { texts.withLock { $0 } }

        func take(_ part: ByteBuffer) throws {
            let count = texts.withLock { texts in
                texts.append(String(buffer: part))
                return texts.count
            }
            if count >= limit { throw Enough() }
        }

        /// What a stream writes until it ends or there is enough.
        static func of(
            _ stream: OutcomeStream,
            for principal: Principal,
            limit: Int
        ) async throws -> [String] {
            let record = Record(limit: limit)
            do {
                try await stream.write(to: PartWriter(send: record.take), for: principal)
            } catch is Enough {
                // The test has seen enough.
            }
            return record.parts
        }
    }

    private func principal(_ world: World) async throws -> Principal {
        try #require(try await world.services.catalogs.authenticate(world.live.read))
    }

    /// Posts so many outcomes and waits until the feed shows them.
    private func post(_ count: Int, _ caller: Caller) async throws {
        let events = (0..<count).map {
            #"{"key":"outcome-\#($0)","action":"replied","customer_key":"acme"}"#
        }
        let posted = try await caller.post(
            "/v1/events/batch",
            "[" + events.joined(separator: ",") + "]"
        )
        let position = try #require(posted.string("position"))
        #expect(try await caller.get("/v1/outcomes?after=" + position).status == 200)
    }

    /// A world whose streams get signs of life only from the test.
    private func withWorld(
        _ body: @escaping @Sendable (World, Caller) async throws -> Void
    ) async throws {
        var limits = ChangeLimits()
        limits.beatSeconds = 86_400
        try await World.run(changeLimits: limits) { world in
            try await world.serve { port in
                try await Caller.withClient(port) { client in
                    let caller = Caller(client: client, token: world.live.admin)
                    try await caller.makeCatalog()
                    try await body(world, caller)
                }
            }
        }
    }

    @Test(
        "where much happens that the filter keeps back there are signs of life all the same",
        .timeLimit(.minutes(5))
    )
    func filteredBeats() async throws {
        try await withWorld { world, caller in
            let changes = world.services.changes
            var filter = OutcomeFilter()
            filter.state = .missed
            let listener = try changes.listen(to: world.live.id, isSandbox: false)
            defer { listener.leave() }
            try await post(1, caller)
            // Both wait before the stream takes them.
            for await _ in listener.wakes.prefix(1) {}
            changes.beat()
            let stream = OutcomeStream(
                services: world.services,
                listener: listener,
                filter: filter,
                resumption: .none,
                renewal: { $0 }
            )
            let parts = try await Record.of(stream, for: principal(world), limit: 3)
            #expect(parts.count == 3)
            let beats = parts.dropFirst()
            #expect(beats.allSatisfy { $0.hasPrefix(": beat\nid: ") })
            // It has got further, though nothing was told.
            #expect(beats.first != beats.last)
        }
    }

    @Test("who may listen no more gets no further part of what had begun")
    func revokedMeanwhile() async throws {
        try await withWorld { world, caller in
            let start = try #require(
                world.services.changes.place(of: world.live.id, isSandbox: false)
            )
            try await post(60, caller)
            func parts(allowed: Int) async throws -> [String] {
                let listener = try world.services.changes.listen(
                    to: world.live.id,
                    isSandbox: false,
                    since: start
                )
                defer { listener.leave() }
                let asked = Mutex(0)
                let stream = OutcomeStream(
                    services: world.services,
                    listener: listener,
                    filter: OutcomeFilter(),
                    resumption: .after(start),
                    renewal: { principal in
                        asked.withLock { asked in
                            asked += 1
                            return asked <= allowed ? principal : nil
                        }
                    }
                )
                return try await Record.of(stream, for: principal(world), limit: 4)
            }
            #expect(try await parts(allowed: 10).count == 4)
            #expect(try await parts(allowed: 2).count == 2)
            #expect(try await parts(allowed: 0).isEmpty)
        }
    }

    @Test("a part without a byte is not sent, and tells whether anybody wants more all the same")
    func nothing() async throws {
        let writer = PartWriter { _ in Issue.record("nothing was sent") }
        try await writer.write([])
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: CancellationError.self) { try await writer.write([]) }
            }
        }
    }
}
