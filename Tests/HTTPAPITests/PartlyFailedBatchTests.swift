// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Batches of which a part cannot be written")
struct PartlyFailedBatchTests {
    private func batch(_ numbers: Range<Int>) -> String {
        let events = numbers.map { number in
            #"{"key":"ticket-\#(1000 + number)","action":"replied","customer_key":"acme"}"#
        }
        return "[" + events.joined(separator: ",") + "]"
    }

    @Test("each item is told whether it was accepted; what was not is a 503 of its own")
    func partly() async throws {
        try await World.call(
            intakeLog: { FaultyIngestLog(log: $0) { $0.number == 1 } }
        ) { _, caller in
            try await caller.makeCatalog()
            let reply = try await caller.post("/v1/events/batch", batch(0..<40))
            #expect(reply.status == 202)
            #expect(reply.count("results") == 40)
            var statuses: Set<String> = []
            for index in 0..<40 {
                let status = reply.at("results.\(index).status")
                let code = reply.string("results.\(index).error.code")
                #expect((status == .number(503)) == (code == "STORE_UNAVAILABLE"))
                #expect((status == .number(202)) == (code == nil))
                statuses.insert(code ?? "accepted")
            }
            #expect(statuses == ["accepted", "STORE_UNAVAILABLE"])
            // What was accepted can be waited for.
            let position = try #require(reply.string("position"))
            #expect(try await caller.get("/v1/outcomes?after=" + position).status == 200)
        }
    }

    @Test("when nothing could be written the whole answer says so, and when to try again")
    func wholly() async throws {
        try await World.call(
            intakeLog: { FaultyIngestLog(log: $0) { _ in true } }
        ) { _, caller in
            try await caller.makeCatalog()
            let reply = try await caller.post("/v1/events/batch", batch(0..<4))
            #expect(reply.status == 503)
            #expect(reply.string("error.code") == "STORE_UNAVAILABLE")
            #expect(reply.headers[.retryAfter] == "5")
        }
    }
}
