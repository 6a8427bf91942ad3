// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1
import Testing

@testable import HTTPAPI

/// What becomes of long work when its client goes.
@Suite("Work that takes long", .timeLimit(.minutes(1)))
struct DepartureTests {
    private static let request = "GET /long HTTP/1.1\r\nhost: x\r\n\r\n"

    /// A page whose answer takes until it is told to come.
    private final class LongWork: Sendable {
        let (begins, begin) = AsyncStream<Bool>.makeStream()
        /// Tells whether it was cancelled.
        let (ends, end) = AsyncStream<Bool>.makeStream()
        /// Yields when the answer is to come.
        let (goes, go) = AsyncStream<Bool>.makeStream()

        var page: Route {
            Route(.GET, "/long", .open, query: nil) { call in
                try await call.unlessGone {
                    self.begin.yield(true)
                    for await _ in self.goes.prefix(1) {}
                    self.end.yield(Task.isCancelled)
                    return APIAnswer(body: Array("{}".utf8))
                }
            }
        }

        func begun() async -> Bool? {
            for await value in begins { return value }
            return nil
        }

        func wasCancelled() async -> Bool? {
            for await value in ends { return value }
            return nil
        }
    }

    private func exchange(
        _ body: @escaping @Sendable (inout Wire, LongWork) async throws -> Void
    ) async throws {
        let work = LongWork()
        try await World.run { world in
            try await world.serve(pages: [work.page]) { port in
                try await Wire.connect(to: port) { wire in try await body(&wire, work) }
            }
        }
    }

    @Test("ends when the client goes, and is answered by nothing")
    func gone() async throws {
        try await exchange { wire, work in
            try await wire.send(Self.request)
            let begun = await work.begun()
            #expect(begun == true)
            wire.finish()
            let wasCancelled = await work.wasCancelled()
            #expect(wasCancelled == true)
            let answer = try await wire.read()
            #expect(answer.isEmpty)
        }
    }

    @Test("is answered when the client stays, and so is its next request")
    func stays() async throws {
        try await exchange { wire, work in
            for _ in 0..<2 {
                try await wire.send(Self.request)
                work.go.yield(true)
                let answer = try await wire.read { $0.hasSuffix("{}") }
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                let wasCancelled = await work.wasCancelled()
                #expect(wasCancelled == false)
            }
            try await wire.send(Self.request)
            wire.finish()
            let wasCancelled = await work.wasCancelled()
            #expect(wasCancelled == true)
        }
    }
}
