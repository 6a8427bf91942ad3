// SPDX-License-Identifier: Apache-2.0

import EventStore
import Instrumentation
import ServiceContextModule
import Tracing

/// Starts the spans of intake and lanes when a tracer is there; costs nothing when none is.
struct RuntimeTracing: Sendable {
    /// At most this many traces are linked to one span.
    static let linksLimit = 32

    private let isOn: Bool

    /// Looks once whether a tracer was bootstrapped.
    init() {
        isOn = !(InstrumentationSystem.tracer is NoOpTracer)
    }

    /// The span around an append to the ingest log, below that of the request; nil without a tracer.
    ///
    /// The caller ends it.
    func intake(events: Int) -> (any Span)? {
        guard isOn else { return nil }
        let span = startSpan("intake.append", ofKind: .producer)
        span.attributes["assay.batch.events"] = events
        return span
    }

    /// The span around a lane's turn, linked to the traces its records came with; nil without a
    /// tracer.
    ///
    /// The caller ends it.
    func turn(_ records: some Collection<[DecodedRecord]>) -> (any Span)? {
        guard isOn else { return nil }
        let span = startSpan("lane.turn", context: .topLevel, ofKind: .consumer)
        span.attributes["assay.batch.events"] = records.reduce(0) { $0 + $1.count }
        span.attributes["assay.batch.partitions"] = records.count
        for trace in Self.distinctTraces(of: records) {
            var context = ServiceContext.topLevel
            InstrumentationSystem.tracer.extract(
                ["traceparent": trace],
                into: &context,
                using: TraceCarrier()
            )
            span.addLink(SpanLink(context: context, attributes: [:]))
        }
        return span
    }

    /// The span around a batch of settlements that time has brought; nil without a tracer, or
    /// without any.
    ///
    /// The caller ends it. No request is behind it, so it is linked to none.
    func settlement(timers: Int) -> (any Span)? {
        guard isOn, timers > 0 else { return nil }
        let span = startSpan("lane.settle", context: .topLevel, ofKind: .internal)
        span.attributes["assay.batch.timers"] = timers
        return span
    }

    private static func distinctTraces(of records: some Collection<[DecodedRecord]>) -> [String] {
        var seen: Set<String> = []
        var traces: [String] = []
        for record in records.joined() {
            guard let trace = record.record.trace, seen.insert(trace).inserted else { continue }
            traces.append(trace)
            guard traces.count < linksLimit else { break }
        }
        return traces
    }
}

extension Span {
    /// Notes that what the span is around has failed.
    func fail(_ error: any Error) {
        recordError(error)
        setStatus(SpanStatus(code: .error))
    }
}

private struct TraceCarrier: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}
