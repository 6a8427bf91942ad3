// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import InMemoryTracing
import ServiceContextModule
import Testing
import Tracing

@testable import HTTPAPI

@Suite("One event is followed through every hop")
struct TracingTests {
    private let trace = "0af7651916cd43dd8448eb211c80319c"

    @Test("its trace leads from the POST through intake and lane to the read models")
    func wholeWay() async throws {
        let tracer = W3CTracer()
        let parent = "00-\(trace)-b7ad6b7169203331-01"
        try await withTracer(tracer) {
            try await World.call { _, caller in
                try await caller.makeCatalog()
                let posted = try await caller.call(
                    .post,
                    "/v1/events",
                    IntakeTests.event,
                    fields: [("traceparent", parent)]
                )
                let position = try #require(posted.string("position"))
                let outcome = try await caller.get("/v1/outcomes/ticket-1001?after=" + position)
                #expect(outcome.string("state") == "PENDING")
                let history = try await caller.get("/v1/outcomes/ticket-1001/history")
                let request = try #require(spans("POST /v1/events", of: tracer).first)
                #expect(history.string("data.1.trace") == "00-\(trace)-\(request.spanID)-01")
            }
        }
        let request = try #require(spans("POST /v1/events", of: tracer).first)
        #expect(request.traceID == trace)
        #expect(request.parentSpanID == "b7ad6b7169203331")
        let intake = try #require(spans("intake.append", of: tracer).first)
        #expect(intake.traceID == trace)
        #expect(intake.parentSpanID == request.spanID)
        let turn = try #require(spans("lane.turn", of: tracer).first)
        #expect(linked(turn) == [request.spanContext.link])
        let projections = spans("projection.apply", of: tracer)
        #expect(projections.count == 5)
        for projection in projections {
            #expect(linked(projection) == [request.spanContext.link])
        }
    }

    @Test("a redrive's facts carry the trace of the redrive")
    func redrive() async throws {
        let tracer = W3CTracer()
        try await withTracer(tracer) {
            try await World.call { _, caller in
                try await caller.makeCatalog(customer: "globex")
                let posted = try await caller.post("/v1/events", IntakeTests.event)
                let id = try #require(posted.string("event_id"))
                let written = try #require(posted.string("position"))
                let letter = try await caller.get("/v1/dead-letters/\(id)?after=\(written)")
                #expect(letter.status == 200)
                _ = try await caller.put(
                    "/v1/customers/acme",
                    #"{"name":"Acme","rate_card_key":"standard"}"#
                )
                let again = try await caller.post(
                    "/v1/dead-letters/redrive",
                    "{\"ids\":[\"\(id)\"]}"
                )
                #expect(again.status == 202, "\(again.text)")
                let position = try #require(again.string("position"))
                let history = try await caller.get(
                    "/v1/outcomes/ticket-1001/history?after=" + position
                )
                let request = try #require(
                    spans("POST /v1/dead-letters/redrive", of: tracer).first
                )
                let last = try #require(history.count("data")) - 1
                #expect(history.string("data.\(last).trace")?.contains(request.spanID) == true)
            }
        }
    }

    private func spans(_ name: String, of tracer: W3CTracer) -> [FinishedInMemorySpan] {
        tracer.memory.finishedSpans.filter { $0.operationName == name }
    }

    private func linked(_ span: FinishedInMemorySpan) -> [String] {
        span.links.compactMap { $0.context.inMemorySpanContext?.link }
    }
}

extension InMemorySpanContext {
    fileprivate var link: String { "\(traceID)-\(spanID)" }
}
