// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import Instrumentation
import ServiceContextModule
import Telemetry
import Testing
import Tracing

@Suite("Trace context")
struct TraceContextTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private struct Entries: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
            carrier[key] = value
        }
    }

    @Test("a traceparent is read into its parts and written as it was")
    func roundTrip() throws {
        let trace = try #require(TraceContext(traceparent: Self.parent, tracestate: "a=1,b=2"))
        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(trace.parentID == "00f067aa0ba902b7")
        #expect(trace.isSampled)
        #expect(trace.state == "a=1,b=2")
        #expect(trace.traceparent == Self.parent)
    }

    @Test(
        "a traceparent of any other form is refused",
        arguments: [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ]
    )
    func refused(traceparent: String) {
        #expect(TraceContext(traceparent: traceparent) == nil)
    }

    @Test("a later version is read as far as version 00 goes, and passed on as 00")
    func laterVersion() throws {
        let later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"
        let trace = try #require(TraceContext(traceparent: later))
        #expect(trace.traceparent == Self.parent)
    }

    @Test("flags nobody knows are not passed on")
    func unknownFlags() throws {
        let trace = try #require(TraceContext(traceparent: Self.parent.dropLast(2) + "fe"))
        #expect(!trace.isSampled)
        #expect(trace.traceparent.hasSuffix("-02"))
    }

    @Test(
        "a tracestate that is too long, empty or not printable is dropped, the parent is kept",
        arguments: [String(repeating: "x", count: 513), "", "a=\n", "a=é"]
    )
    func droppedState(state: String) throws {
        let trace = try #require(TraceContext(traceparent: Self.parent, tracestate: state))
        #expect(trace.state == nil)
    }

    @Test("the instrument carries both headers through the service context")
    func carriesBothHeaders() {
        let instrument: any Instrument = MultiplexInstrument([TraceContextInstrument()])
        let headers = ["traceparent": Self.parent, "tracestate": "a=1", "host": "x"]
        var context = ServiceContext.topLevel
        instrument.extract(headers, into: &context, using: Entries())
        var carried: [String: String] = [:]
        instrument.inject(context, into: &carried, using: Entries())
        #expect(carried == ["traceparent": Self.parent, "tracestate": "a=1"])
    }

    @Test("a malformed traceparent leaves the context alone, and nothing is injected")
    func malformedIsLeftOut() {
        let instrument = TraceContextInstrument()
        var context = ServiceContext.topLevel
        instrument.extract(
            ["traceparent": "nonsense", "tracestate": "a=1"],
            into: &context,
            using: Entries()
        )
        #expect(context.traceContext == nil)
        var carried: [String: String] = [:]
        instrument.inject(context, into: &carried, using: Entries())
        #expect(carried.isEmpty)
    }

    @Test("inside a span of a tracer the trace context is still there")
    func survivesSpans() throws {
        let tracer = InMemoryTracer()
        var context = ServiceContext.topLevel
        context.traceContext = TraceContext(traceparent: Self.parent)
        let seen = withTracer(tracer) {
            withSpan("append", context: context) { span in
                span.context.traceContext
            }
        }
        #expect(seen?.traceparent == Self.parent)
        #expect(tracer.finishedSpans.map(\.operationName) == ["append"])
    }
}
