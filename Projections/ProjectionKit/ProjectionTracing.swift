// SPDX-License-Identifier: Apache-2.0

import EventSchema
import Instrumentation
import ServiceContextModule
import Tracing

/// The span around a batch, linked to the traces its facts came with.
enum ProjectionTracing {
    static let linksLimit = 32

    /// Runs `body`, inside a span if there is a tracer; without one it costs a look.
    static func withSpan<Value: Sendable>(
        projection: String,
        facts: [LoggedFact],
        _ body: () async -> Value
    ) async -> Value {
        let tracer = InstrumentationSystem.tracer
        guard !(tracer is NoOpTracer) else { return await body() }
        return await Tracing.withSpan("projection.apply", ofKind: .consumer) { span in
            span.attributes["assay.projection"] = projection
            span.attributes["assay.batch.events"] = facts.count
            for trace in distinctTraces(of: facts) {
                var context = ServiceContext.topLevel
                tracer.extract(
                    ["traceparent": trace],
                    into: &context,
                    using: TraceCarrier()
                )
                span.addLink(SpanLink(context: context, attributes: [:]))
            }
            return await body()
        }
    }

    static func distinctTraces(of facts: [LoggedFact]) -> [String] {
        var seen: Set<String> = []
        var traces: [String] = []
        for fact in facts {
            guard let trace = fact.trace, seen.insert(trace).inserted else { continue }
            traces.append(trace)
            guard traces.count < linksLimit else { break }
        }
        return traces
    }
}

private struct TraceCarrier: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}
