// SPDX-License-Identifier: Apache-2.0

import ServiceContextModule

extension ServiceContext {
    private enum SpanRecorderKey: ServiceContextKey {
        typealias Value = SpanRecorder
        static var nameOverride: String? { "span-recorder" }
    }

    /// What the span of this context is recorded with; nil when it is not.
    var spanRecorder: SpanRecorder? {
        get { self[SpanRecorderKey.self] }
        set { self[SpanRecorderKey.self] = newValue }
    }

    /// Its place in a trace, as it is known now: links may choose a span after it began.
    var tracePlace: TraceContext? {
        guard let place = traceContext, let spanRecorder else { return traceContext }
        return place.with(isSampled: spanRecorder.isSampled)
    }
}
