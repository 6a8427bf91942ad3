// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import NIOHTTP1
import ServiceContextModule
import Tracing

/// Makes a span around each request when a tracer is there, and costs nothing when none is.
struct RequestTracing: Sendable {
    private let isOn: Bool

    /// Looks once whether a tracer was bootstrapped.
    init() {
        isOn = !(InstrumentationSystem.tracer is NoOpTracer)
    }

    /// Runs a request; `body` gets the trace context to store with what it accepts: that of the
    /// span, or without a tracer the client's own.
    func trace(
        _ route: Route,
        _ headers: RequestHeaders,
        _ body: (String?) async throws -> APIAnswer
    ) async throws -> APIAnswer {
        guard isOn, route.isTraced || headers.traceParent != nil else {
            return try await body(headers.traceParent)
        }
        var context = ServiceContext.topLevel
        if let traceParent = headers.traceParent {
            InstrumentationSystem.instrument.extract(
                TraceParent.carrier(traceParent, state: headers.traceState),
                into: &context,
                using: DictionaryExtractor()
            )
        }
        let name = "\(route.method.rawValue) \(route.pattern.text)"
        // A span that an error leaves counts as failed; what a client did wrong is not our failure.
        let result = await withSpan(name, context: context, ofKind: .server) { span in
            span.attributes["http.request.method"] = route.method.rawValue
            span.attributes["http.route"] = route.pattern.text
            // A tracer that does not speak W3C trace context must not lose the client's.
            let trace = Self.traceParent(of: span.context) ?? headers.traceParent
            let result: Result<APIAnswer, any Error>
            let status: Int
            do {
                let answer = try await body(trace)
                result = .success(answer)
                status = answer.status
            } catch {
                result = .failure(error)
                status = APIError(error).code.status
            }
            span.attributes["http.response.status_code"] = status
            if status >= 500 { span.setStatus(SpanStatus(code: .error)) }
            return result
        }
        return try result.get()
    }

    private static func traceParent(of context: ServiceContext) -> String? {
        var carrier: [String: String] = [:]
        InstrumentationSystem.instrument.inject(
            context,
            into: &carrier,
            using: DictionaryInjector()
        )
        guard let traceParent = carrier["traceparent"], TraceParent.isValid(traceParent) else {
            return nil
        }
        return traceParent
    }
}

private struct DictionaryExtractor: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}

private struct DictionaryInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key] = value
    }
}
