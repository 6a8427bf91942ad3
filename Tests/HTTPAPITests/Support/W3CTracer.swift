// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import Instrumentation
import Synchronization
import Tracing

/// An in-memory tracer that reads and writes `traceparent`, as those in production do.
struct W3CTracer: Tracer {
    let memory = InMemoryTracer(idGenerator: .w3c)

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
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

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        let parts = (extractor.extract(key: "traceparent", from: carrier) ?? "").split(
            separator: "-"
        )
        guard parts.count == 4 else { return }
        context.inMemorySpanContext = InMemorySpanContext(
            traceID: String(parts[1]),
            spanID: String(parts[2]),
            parentSpanID: nil
        )
    }

    func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
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
}

extension InMemoryTracer.IDGenerator {
    /// Ids of 16 and 8 bytes in hexadecimal, counted up.
    fileprivate static var w3c: InMemoryTracer.IDGenerator {
        let counter = Counter()
        return InMemoryTracer.IDGenerator(
            nextTraceID: { counter.next(digits: 32) },
            nextSpanID: { counter.next(digits: 16) }
        )
    }
}

private final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    func next(digits: Int) -> String {
        let hex = String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 16)
        return String(repeating: "0", count: digits - hex.count) + hex
    }
}
