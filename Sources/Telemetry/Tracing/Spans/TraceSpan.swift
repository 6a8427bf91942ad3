// SPDX-License-Identifier: Apache-2.0

public import Tracing

/// A span of Assay's tracer: recorded, or only a place in a trace that is passed on.
public struct TraceSpan: Span {
    /// The context to do the work of the span in.
    public let context: InstrumentationContext

    init(context: InstrumentationContext) {
        self.context = context
    }

    private var recorder: SpanRecorder? { context.spanRecorder }

    /// What it is called; empty when it is not recorded.
    public var operationName: String {
        get { recorder?.name ?? "" }
        nonmutating set { recorder?.change { $0.name = newValue } }
    }

    /// What is told of it; empty when it is not recorded.
    ///
    /// At most 32, the rest is counted.
    public var attributes: SpanAttributes {
        get { recorder?.attributes ?? [:] }
        nonmutating set { recorder?.change { $0.set(newValue) } }
    }

    /// Whether anything that is told of it is kept.
    public var isRecording: Bool { recorder?.isRecording ?? false }

    /// Says how it went.
    public func setStatus(_ status: SpanStatus) {
        recorder?.change { $0.status = status }
    }

    /// Adds something that happened within it; at most 16, the rest is counted.
    public func addEvent(_ event: SpanEvent) {
        recorder?.change { $0.add(event) }
    }

    /// Adds the error's type, and not its text: that may hold what a client has sent.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        guard let recorder else { return }
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        let event = SpanEvent(name: "exception", at: instant(), attributes: attributes)
        recorder.change { $0.add(event) }
    }

    /// Connects it with another span; at most 64, the rest is counted.
    public func addLink(_ link: SpanLink) {
        guard let recorder, let place = link.context.tracePlace else { return }
        recorder.add(FinishedSpan.Link(place: place, attributes: link.attributes))
    }

    /// Ends it; what is told of it later is not kept.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        recorder?.end(atNanoseconds: instant().nanosecondsSinceEpoch)
    }
}
