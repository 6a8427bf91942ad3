// SPDX-License-Identifier: Apache-2.0

public import Instrumentation

/// Carries W3C trace context from carriers into the service context and back.
///
/// It makes no spans. With it alone an event keeps the trace it was posted with; beside a tracer,
/// in a `MultiplexInstrument`, it keeps `tracestate` and `traceparent` for what the tracer does not
/// read.
public struct TraceContextInstrument: Instrument {
    /// The name of the header, or of the carrier's entry, that names trace and span.
    public static let traceparentName = "traceparent"
    /// The name of the header, or of the carrier's entry, with what tracers add.
    public static let tracestateName = "tracestate"

    /// Makes the instrument; it has no state.
    public init() {}

    /// Reads the carrier's trace context; leaves the context alone when it has none of good form.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: Self.traceparentName, from: carrier) else {
            return
        }
        let state = extractor.extract(key: Self.tracestateName, from: carrier)
        guard let read = TraceContext(traceparent: parent, tracestate: state) else { return }
        context.traceContext = read
    }

    /// Writes the context's trace context, if there is one, into the carrier.
    public func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.traceContext else { return }
        injector.inject(trace.traceparent, forKey: Self.traceparentName, into: &carrier)
        guard let state = trace.state else { return }
        injector.inject(state, forKey: Self.tracestateName, into: &carrier)
    }
}
