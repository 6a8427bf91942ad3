// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import Instrumentation
import ServiceContextModule
import Synchronization
import Tracing

/// A tracer that keeps its spans in memory and speaks W3C Trace Context, as an exporting one does.
struct W3CTracer: Tracer {
    let memory: InMemoryTracer

    init() {
        let count = Counter()
        memory = InMemoryTracer(
            idGenerator: InMemoryTracer.IDGenerator(
                nextTraceID: { count.next(digits: 32) },
                nextSpanID: { count.next(digits: 16) }
            )
        )
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> InMemorySpan {
        memory.startSpan(
            operationName,
            context: context(),
            ofKind: kind,
            at: instant(),
            function: function,
            file: fileID,
            line: line
        )
    }

    func forceFlush() {}

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.inMemorySpanContext else { return }
        injector.inject(
            "00-\(span.traceID)-\(span.spanID)-01",
            forKey: "traceparent",
            into: &carrier
        )
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier) else { return }
        let parts = parent.split(separator: "-").map(String.init)
        guard parts.count == 4 else { return }
        context.inMemorySpanContext = InMemorySpanContext(
            traceID: parts[1],
            spanID: parts[2],
            parentSpanID: nil
        )
    }

    private final class Counter: Sendable {
        private let count = Atomic<Int>(0)

        func next(digits: Int) -> String {
            let text = String(count.wrappingAdd(1, ordering: .relaxed).newValue)
            return String(repeating: "0", count: digits - text.count) + text
        }
    }
}
