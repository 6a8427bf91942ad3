// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import NIOCore
import OutcomeDomain
import OutcomeRuntime

/// `POST /v1/events`, its batch form, and what became of one event.
enum EventHandlers {
    /// Accepts one event; durable before the 202 (SPEC 3).
    static func post(_ call: APICall) async throws -> APIAnswer {
        let format = try EventFormat(single: call.headers)
        let buffer = try await call.body(limit: call.services.limits.bodyBytes)
        let event = try read(buffer, format, call)
        let results = try await call.services.intake.submit(
            [call.submission(of: event)],
            as: try await call.principalNow()
        )
        guard let result = results.first else { throw APIError.internalError }
        let accepted = try AcceptedEvent(event, result)
        var writer = JSONWriter(reserving: 384)
        writer.acceptedEvent(accepted, status: nil)
        return APIAnswer(
            status: 202,
            body: writer.bytes,
            fields: [("Location", "/v1/events/\(accepted.receipt.eventID)")]
        )
    }

    private static func read(
        _ buffer: ByteBuffer,
        _ format: EventFormat,
        _ call: APICall
    ) throws -> EventBody {
        let rules = EventRules(
            isSandbox: try call.principal.catalog.isSandbox,
            now: call.services.clock.now()
        )
        let json = try buffer.json(maximumDepth: call.services.limits.depth)
        guard format == .json, !call.headers.cloudEvent.isEmpty,
            call.headers.cloudEvent.contains(where: { $0.name == "specversion" })
        else {
            return try EventBody(json, format: format, rules: rules)
        }
        let event = CloudEvent(headers: call.headers.cloudEvent, data: json)
        return try EventBody(cloudEvent: event, rules: rules)
    }

    /// What became of an accepted event (SPEC 4: exactly one of four).
    static func fate(_ call: APICall) async throws -> APIAnswer {
        guard let id = EventID(try call.name.string),
            let fate = try await call.services.outcomes.fate(
                of: id,
                account: try call.principal.account
            )
        else { throw APIError.notFound }
        return .object { writer in
            writer.member("event_id", id.description)
            writer.member("status", fate.status.rawValue)
            writer.member("code", fate.code?.rawValue)
            writer.member("parked", fate.isParked)
            writer.member("key", fate.key)
            writer.member("action", fate.action.text)
            writer.member("received_at", fate.receivedAt)
            writer.member("version", fate.version)
            writer.member("reason", fate.reason)
        }
    }
}

extension APICall {
    /// An event of this request on its way to the intake.
    func submission(of event: EventBody) -> SignalSubmission {
        SignalSubmission(payload: event.payload, trace: trace, request: requestID)
    }
}
