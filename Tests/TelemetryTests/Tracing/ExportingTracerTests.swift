// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import ServiceContextModule
import Testing
import Tracing

@testable import Telemetry

@Suite("Spans")
struct ExportingTracerTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"

    private struct Entries: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
            carrier[key] = value
        }
    }

    private let queue = SpanQueue(limit: 100, batchLimit: 10)

    private func tracer(ratio: Double = 1) throws -> ExportingTracer {
        ExportingTracer(
            queue: queue,
            sampling: try #require(TraceSampling(ratio: ratio)),
            ids: CountedIDs().source
        )
    }

    private func context(_ flags: String, _ tracer: ExportingTracer) -> ServiceContext {
        var context = ServiceContext.topLevel
        tracer.extract(
            ["traceparent": Self.parent + flags, "tracestate": "a=1"],
            into: &context,
            using: Entries()
        )
        return context
    }

    private func headers(_ span: TraceSpan, _ tracer: ExportingTracer) -> [String: String] {
        var carrier: [String: String] = [:]
        tracer.inject(span.context, into: &carrier, using: Entries())
        return carrier
    }

    @Test("a span goes on with its caller's trace, state and decision")
    func belowCaller() throws {
        let tracer = try tracer(ratio: 0)
        let span = tracer.startSpan("one", context: context("01", tracer), ofKind: .server)
        let below = tracer.startSpan("two", context: span.context, ofKind: .internal)
        below.end()
        span.end()
        let spans = queue.takeBatch()
        #expect(spans.map(\.name) == ["two", "one"])
        #expect(spans.map(\.place.traceID) == Array(repeating: Self.trace, count: 2))
        #expect(spans[1].parent == 0x00f0_67aa_0ba9_02b7)
        #expect(spans[0].parent == spans[1].place.span)
        #expect(spans.map(\.place.state) == ["a=1", "a=1"])
        #expect(
            headers(below, tracer) == [
                "traceparent": "00-\(Self.trace)-\(below.context.traceContext?.parentID ?? "")-01",
                "tracestate": "a=1",
            ]
        )
    }

    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test("what the caller does not record is passed on and not recorded")
    func callerDoesNotRecord() throws {
        let tracer = try tracer()
        let span = tracer.startSpan("one", context: context("00", tracer), ofKind: .server)
        let below = tracer.startSpan("two", context: span.context, ofKind: .internal)
        below.attributes["a"] = 1
        #expect(!below.isRecording)
        #expect(below.attributes.isEmpty)
        #expect(headers(below, tracer)["traceparent"]?.hasPrefix("00-\(Self.trace)-") == true)
        #expect(headers(below, tracer)["traceparent"]?.hasSuffix("-00") == true)
        below.end()
        span.end()
        #expect(queue.count == 0)
    }

    @Test("of the traces that begin here the ratio's share is recorded", arguments: [0, 0.25, 1])
    func ratio(ratio: Double) throws {
        let tracer = ExportingTracer(
            queue: SpanQueue(limit: 10_000, batchLimit: 10_000),
            sampling: try #require(TraceSampling(ratio: ratio))
        )
        let count = 4000
        let recorded = (0..<count).count { _ in
            tracer.startSpan("one", context: .topLevel, ofKind: .server).isRecording
        }
        // Ten times the standard deviation.
        let bound = 10 * (ratio * (1 - ratio) * Double(count)).squareRoot()
        #expect(abs(Double(recorded) - ratio * Double(count)) <= bound)
    }

    @Test("a batch is recorded when one of those in it is, whatever the ratio says")
    func batches() throws {
        let tracer = try tracer(ratio: 0)
        let unseen = tracer.startSpan("batch", context: .topLevel, ofKind: .consumer)
        unseen.addLink(SpanLink(context: context("00", tracer), attributes: [:]))
        unseen.end()
        #expect(queue.count == 0)
        let seen = tracer.startSpan("batch", context: .topLevel, ofKind: .consumer)
        #expect(headers(seen, tracer)["traceparent"]?.hasSuffix("-02") == true)
        seen.addLink(SpanLink(context: context("00", tracer), attributes: [:]))
        seen.addLink(SpanLink(context: context("01", tracer), attributes: [:]))
        #expect(headers(seen, tracer)["traceparent"]?.hasSuffix("-03") == true)
        let below = tracer.startSpan("below", context: seen.context, ofKind: .internal)
        below.end()
        seen.end()
        let spans = queue.takeBatch()
        #expect(spans.map(\.name) == ["below", "batch"])
        #expect(spans.map(\.place.isSampled) == [true, true])
        #expect(spans[1].links.map(\.place.isSampled) == [false, true])
    }

    @Test("a span holds so much and counts the rest")
    func bounds() throws {
        let span = try tracer().startSpan("one", context: .topLevel, ofKind: .internal)
        for number in 0..<40 {
            span.attributes["a\(number)"] = number
            span.addEvent("event")
        }
        for _ in 0..<70 {
            span.addLink(SpanLink(context: span.context, attributes: [:]))
        }
        span.end()
        let ended = try #require(queue.takeBatch().first)
        #expect(ended.attributes.count == SpanLimits.attributesLimit)
        #expect(ended.attributes.get("a0") == .int64(0))
        #expect(ended.droppedAttributes == 8)
        #expect(ended.events.count == SpanLimits.eventsLimit)
        #expect(ended.droppedEvents == 24)
        #expect(ended.links.count == SpanLimits.linksLimit)
        #expect(ended.droppedLinks == 6)
    }

    @Test("of an error the type is told and not what it says")
    func errors() throws {
        struct Telltale: Error { let secret = "sk_live_1" }
        let span = try tracer().startSpan("one", context: .topLevel, ofKind: .internal)
        span.recordError(Telltale())
        span.end()
        span.operationName = "renamed"
        span.end()
        let spans = queue.takeBatch()
        #expect(spans.map(\.name) == ["one"])
        let event = try #require(spans.first?.events.first)
        #expect(event.attributes.names == ["exception.type"])
        let resource = TraceResource(service: "s", instance: "i", version: "v")
        let text = String(
            decoding: TraceExportRequest(resource: resource, spans: spans).bytes,
            as: UTF8.self
        )
        #expect(text.contains("Telltale"))
        #expect(!text.contains("sk_live_1"))
    }

    @Test("a clock that is set back does not end a span before it began")
    func clockSetBack() throws {
        let span = try tracer().startSpan(
            "one",
            context: .topLevel,
            ofKind: .internal,
            at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 9)
        )
        span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 5))
        #expect(queue.takeBatch().first?.endNanoseconds == 9)
    }
}
