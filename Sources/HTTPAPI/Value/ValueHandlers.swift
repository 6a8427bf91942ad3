// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Identity
import Logging
import NIOHTTP1
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit
import ValueDelivered

/// `/api/outcomes`: value that agents have delivered, with answers and errors in a form of its own
/// (SPEC 7).
enum ValueHandlers {
    /// Records on a page unless told otherwise, and at most.
    static let defaultRecords = 20
    static let maximumRecords = 50

    private static let limit = QueryField("limit", "must be an integer of at least 1") { text in
        Int(text.string).flatMap { $0 >= 1 && text.utf8.first != 0x2B ? $0 : nil }
    }

    // MARK: Recording

    /// Records delivered value; durable before the answer, and visible on this node unless that
    /// takes too long.
    static func post(_ call: APICall) async throws -> APIAnswer {
        try await answering(call, failure: "Failed to record outcome") {
            let caller = try await ValueCaller(call)
            guard caller.mayRecord else { throw ValueError.forbidden }
            let body = try await body(of: call, from: caller)
            let submission = ValueSubmission(
                value: body.value,
                metadata: body.metadata,
                idempotencyKey: try idempotencyKey(call),
                trace: call.trace,
                request: call.requestID
            )
            let result = try await call.services.intake.record(
                submission,
                as: caller.principal
            )
            let receipt = try receipt(result)
            let token = ReadToken(receipt)
            // It is durable: that it shows late is no failure.
            try? await call.services.progress.wait(
                for: token,
                reach: .decided,
                models: [ReadModels.value],
                timeout: .seconds(call.services.limits.readSeconds)
            )
            var answer = APIAnswer.object { writer in
                writer.member("ok", true)
                if caller.user != nil { writer.member("id", receipt.eventID.description) }
            }
            answer.fields.append(("X-Position", token.text))
            return answer
        }
    }

    private static func body(
        of call: APICall,
        from caller: ValueCaller
    ) async throws -> ValueBody {
        if let user = caller.user {
            // A page of somebody else's could send a form, or text; for JSON it has to ask first.
            guard call.headers.isJSON else {
                throw ValueError(status: 415, message: "Unsupported media type")
            }
            return try ValueBody(try await call.object(), user: user)
        }
        let body = try ValueBody(try await call.object(), user: nil)
        guard let number = body.value.user else { return body }
        let account = caller.principal.account
        guard let user = UserID(number),
            try await call.services.identities?.isMember(user, of: account) == true
        else { throw ValueError.invalid(ValueBody.Field.userId.answered) }
        return body
    }

    private static func idempotencyKey(_ call: APICall) throws(ValueError) -> Text? {
        guard let value = call.headers.idempotencyKey else { return nil }
        let key = Text(value)
        guard (1...255).contains(key.scalarCount), !key.hasControlCharacter else {
            throw .invalid("idempotency_key")
        }
        return key
    }

    private static func receipt(_ result: IngestResult) throws -> IngestReceipt {
        switch result {
        case .accepted(let receipt), .duplicate(let receipt, bodyConflict: false):
            return receipt
        case .duplicate(_, bodyConflict: true):
            throw ValueError.invalid("idempotency_key")
        case .refused, .outdated, .failed:
            throw APIError(StoreError(.unavailable))
        }
    }

    // MARK: Listing

    /// The records of who has signed in, newest first.
    static func list(_ call: APICall) async throws -> APIAnswer {
        try await answering(call, failure: "Failed to list outcomes") {
            let caller = try await ValueCaller(call)
            guard let user = caller.user else { throw ValueError.unauthorized }
            var query = QueryParameters.none
            if let text = RequestTarget(call.request.head.uri).query {
                query = try QueryParameters(text, known: [limit.rule, Query.after.rule])
            }
            if let token = query[Query.after] {
                try await call.services.progress.wait(
                    for: token,
                    reach: .decided,
                    models: [ReadModels.value],
                    timeout: .seconds(call.services.limits.readSeconds)
                )
            }
            let page = try await call.services.values.records.values(
                of: caller.principal.account,
                user: user,
                limit: min(query[limit] ?? defaultRecords, maximumRecords),
                after: nil
            )
            var writer = JSONWriter(reserving: 64 + page.elements.count * 512)
            writer.beginArray()
            for record in page.elements {
                writer.valueRecord(record)
            }
            writer.endArray()
            return APIAnswer(body: writer.bytes, fields: [("Cache-Control", "no-store")])
        }
    }

    // MARK: Errors

    /// Runs a call; what goes wrong is answered in this API's own form.
    private static func answering(
        _ call: APICall,
        failure: String,
        _ body: () async throws -> APIAnswer
    ) async throws -> APIAnswer {
        do {
            return try await body()
        } catch let aborted as RequestAborted {
            throw aborted
        } catch {
            let told = ValueError(error, failure: failure)
            if told.status == 500, APIError(error).code == .internalError {
                call.services.logger.error(
                    "a request failed",
                    metadata: [
                        "request_id": .string(call.requestID), "route": "/api/outcomes",
                        "error": .string(String(reflecting: error)),
                    ]
                )
            }
            return told.answer
        }
    }
}

extension JSONWriter {
    /// A record as the list shows it.
    mutating func valueRecord(_ record: ValueRecord) {
        let value = record.value
        beginObject()
        member("id", record.eventID.description)
        member("user_id", value.user.map(Int.init))
        member("agent_id", value.agent.map(Int.init))
        member("outcome_type", value.kind.rawValue)
        member("title", value.title.text)
        member("description", value.description?.text)
        name("value_usd")
        if let usd = value.usd { decimal(usd) } else { null() }
        name("metadata")
        if record.metadata.isEmpty { null() } else { raw(record.metadata) }
        member("created_at", record.createdAt)
        endObject()
    }
}
