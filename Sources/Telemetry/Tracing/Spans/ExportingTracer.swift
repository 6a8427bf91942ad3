// SPDX-License-Identifier: Apache-2.0

public import Instrumentation
public import Tracing

/// Makes the spans of this process and hands those that have ended to an exporter.
///
/// It reads and writes W3C Trace Context: a span below a caller's goes on with its trace, its
/// `tracestate` and its decision whether to record. A span that is not recorded costs two ids.
public struct ExportingTracer: Tracer {
    private let queue: SpanQueue
    private let sampling: TraceSampling
    private let ids: TraceIDSource
    private let propagation = TraceContextInstrument()

    /// `queue`: Where spans wait for the exporter.
    ///
    /// `sampling`: Which of the traces that begin here are recorded.
    public init(queue: SpanQueue, sampling: TraceSampling, ids: TraceIDSource = .system) {
        self.queue = queue
        self.sampling = sampling
        self.ids = ids
    }

    /// Starts a span below that of the context, or at the top of a new trace.
    ///
    /// A consumer's span at the top is that of a batch: the traces that are linked to it choose it
    /// as well as the ratio does, so that whoever sees a request's trace finds the batches it was in.
    public func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> TraceSpan {
        var context = context()
        let above = context.tracePlace
        let place = above.map(place(below:)) ?? newPlace()
        let isChosenByLinks = above == nil && kind == .consumer
        context.traceContext = place
        context.spanRecorder = nil
        guard place.isSampled || isChosenByLinks else { return TraceSpan(context: context) }
        let span = FinishedSpan(
            place: place,
            parent: above?.span,
            kind: kind,
            startNanoseconds: instant().nanosecondsSinceEpoch,
            name: operationName
        )
        context.spanRecorder = SpanRecorder(
            span,
            isSampled: place.isSampled,
            isChosenByLinks: isChosenByLinks,
            onEnd: queue.add
        )
        return TraceSpan(context: context)
    }

    /// The span of a context; nil when it has none that is recorded.
    public func activeSpan(identifiedBy context: InstrumentationContext) -> TraceSpan? {
        context.spanRecorder.map { _ in TraceSpan(context: context) }
    }

    /// Has the exporter look now; returns before it has.
    public func forceFlush() { queue.wake() }

    /// Reads the carrier's trace context; leaves the context alone when it has none of good form.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        propagation.extract(carrier, into: &context, using: extractor)
    }

    /// Writes the place of the context's span into the carrier.
    public func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        var context = context
        context.traceContext = context.tracePlace
        propagation.inject(context, into: &carrier, using: injector)
    }

    private func place(below above: TraceContext) -> TraceContext {
        TraceContext(
            trace: above.trace,
            span: ids.nextSpan(),
            flags: above.flags,
            state: above.state
        )
    }

    private func newPlace() -> TraceContext {
        let trace = ids.nextTrace()
        return TraceContext(
            trace: trace,
            span: ids.nextSpan(),
            flags: TraceContext.randomFlag,
            state: nil
        ).with(isSampled: sampling.includes(trace: trace))
    }
}
