// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Logging
import NIOHTTP1
import OutcomeRuntime
import TrafficStudy

/// A contract tried on real traffic before it is published (ADR 0039).
enum SimulationHandlers {
    static func post(_ call: APICall) async throws -> APIAnswer {
        let principal = try await call.principalNow()
        let body = try SimulationBody(json: try await call.object(), account: principal.account)
        let work = try await call.services.simulations.begin(body.request, as: principal)
        guard !call.wantsEvents else { return inParts(work, call) }
        let result = try await call.unlessGone { try await work.run() }
        return APIAnswer(body: json(result, work))
    }

    /// `progress` events, then `result`, or `error` with the envelope that would have been the answer.
    private static func inParts(_ work: SimulationWork, _ call: APICall) -> APIAnswer {
        APIAnswer(
            contentType: ServerSentEvent.contentType,
            fields: ServerSentEvent.fields,
            parts: PartedBody(isEndless: false, whenDone: { work.end() }) { parts in
                do {
                    let result = try await work.run { progress in
                        try await parts.write(event("progress", json(progress)))
                    }
                    try await parts.write(event("result", json(result, work)))
                } catch let error where !(error is RequestAborted || error is CancellationError) {
                    let failure = APIError(error)
                    if failure.code == .internalError { call.log(error) }
                    try await parts.write(
                        event("error", failure.envelope(requestID: call.requestID))
                    )
                }
            }
        )
    }

    private static func json(_ result: SimulationResult, _ work: SimulationWork) -> [UInt8] {
        var writer = JSONWriter(reserving: 4096)
        writer.simulation(result, account: work.account)
        return writer.bytes
    }

    private static func json(_ progress: SimulationProgress) -> [UInt8] {
        var writer = JSONWriter(reserving: 64)
        writer.beginObject()
        writer.member("done", progress.done)
        writer.member("of", progress.of)
        writer.endObject()
        return writer.bytes
    }

    /// An event of one line: JSON as it is written here has no line breaks.
    private static func event(_ name: String, _ data: [UInt8]) -> [UInt8] {
        Array("event: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}

extension APICall {
    /// Whether the client asks for an answer in parts.
    fileprivate var wantsEvents: Bool {
        request.head.headers[canonicalForm: "accept"].contains { type in
            type.lowercased().split(separator: ";").first == ServerSentEvent.contentType[...]
        }
    }

    /// Tells the log of a failure of ours that comes after the answer's head.
    fileprivate func log(_ error: any Error) {
        services.logger.error(
            "a request failed",
            metadata: [
                "request_id": .string(requestID),
                "error": .string(String(reflecting: error)),
            ]
        )
    }
}
