// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import ExactValues
import HTTPTypes
import InMemoryTracing
import MetricsTestKit
import Testing
import Tracing

@testable import HTTPAPI

@Suite("Spans and figures of requests")
struct RequestTelemetryTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "00-\(traceID)-b7ad6b7169203331-01"

    @Test("a POST is a span of the client's trace, and the event keeps the span's context")
    func spans() async throws {
        let tracer = W3CTracer()
        try await withTracer(tracer) {
            try await World.call { _, caller in
                try await caller.makeCatalog()
                let posted = try await caller.call(
                    .post,
                    "/v1/events",
                    IntakeTests.event,
                    fields: [("traceparent", Self.parent)]
                )
                #expect(posted.status == 202)
                let position = try #require(posted.string("position"))
                let key = try #require(posted.string("key"))
                let spans = tracer.memory.finishedSpans
                let span = try #require(spans.first { $0.operationName == "POST /v1/events" })
                #expect(span.kind == .server)
                #expect(span.traceID == Self.traceID)
                #expect(span.parentSpanID == "b7ad6b7169203331")
                #expect(span.attributes.get("http.request.method") == .string("POST"))
                #expect(span.attributes.get("http.route") == .string("/v1/events"))
                #expect(span.attributes.get("http.response.status_code") == .int64(202))
                #expect(span.status == nil)
                _ = try await caller.get("/v1/outcomes/\(key)?after=\(position)")
                let history = try await caller.get("/v1/outcomes/\(key)/history")
                let kept = "00-\(Self.traceID)-\(span.spanID)-01"
                #expect(history.string("data.0.trace") == kept)
            }
        }
    }

    @Test("a refused request's span has the status; only our own faults are errors")
    func failures() async throws {
        let tracer = W3CTracer()
        var limits = APILimits.patient
        limits.readSeconds = 0
        try await withTracer(tracer) {
            try await World.call(limits: limits) { _, caller in
                let wrong = try await caller.post("/v1/events", "{}")
                #expect(wrong.status == 400)
                let early = try await caller.get("/v1/agents?after=AX8")
                #expect(early.status == 503)
                let spans = tracer.memory.finishedSpans
                let refused = spans.first { $0.operationName == "POST /v1/events" }
                #expect(refused?.attributes.get("http.response.status_code") == .int64(400))
                #expect(refused?.status == nil)
                let failed = spans.first { $0.operationName == "GET /v1/agents" }
                #expect(failed?.attributes.get("http.response.status_code") == .int64(503))
                #expect(failed?.status?.code == .error)
                // A root span's trace begins here.
                #expect(failed?.parentSpanID == nil)
            }
        }
    }

    @Test("figures are by method, route and status, and carry no account and no key")
    func figures() async throws {
        let figures = TestMetrics()
        try await withMetricsFactory(figures) {
            try await World.call { world, caller in
                try await caller.makeCatalog(customer: "figure-customer")
                let event =
                    #"{"key":"figure-1001","action":"figure-a","customer_key":"figure-customer"}"#
                for _ in 0..<2 {
                    let posted = try await caller.post("/v1/events", event)
                    let position = try #require(posted.string("position"))
                    _ = try await caller.get("/v1/outcomes/figure-1001?after=" + position)
                }
                _ = try await caller.get("/v1/outcomes/figure-none")
                _ = try await caller.get("/figure")
                for (method, route, status, count) in [
                    ("POST", "/v1/events", "202", 2), ("GET", "/v1/outcomes/{key}", "200", 2),
                    ("GET", "/v1/outcomes/{key}", "404", 1), ("other", "unmatched", "404", 1),
                ] as [(String, String, String, Int64)] {
                    let counter = try figures.expectCounter(
                        "assay_http_requests_total",
                        [("method", method), ("route", route), ("status", status)]
                    )
                    #expect(counter.totalValue == count)
                }
                let timer = try figures.expectTimer(
                    "assay_http_request_seconds",
                    [("method", "POST"), ("route", "/v1/events")]
                )
                #expect(timer.values.count == 2)
                let texts = figures.texts
                #expect(texts.count > 4)
                for word in ["figure", "support", "standard", "acct_", world.live.id.text.string] {
                    #expect(texts.allSatisfy { !$0.contains(word) }, "\(word)")
                }
            }
        }
    }
}

extension TestMetrics {
    /// Every label, and every name and value of a dimension.
    fileprivate var texts: [String] {
        let series =
            counters.map { ($0.label, $0.dimensions) } + meters.map { ($0.label, $0.dimensions) }
            + recorders.map { ($0.label, $0.dimensions) } + timers.map { ($0.label, $0.dimensions) }
        return series.flatMap { label, dimensions in
            [label] + dimensions.flatMap { [$0.0, $0.1] }
        }
    }
}
