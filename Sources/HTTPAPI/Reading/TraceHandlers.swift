// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import Journeys
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Where events have been, and when.
enum TraceHandlers {
    static let query = [
        Query.requestID.rule, Query.traceID.rule, Query.idempotencyKey.rule, Query.posting.rule,
        Query.key.rule, Query.limit.rule, Query.cursor(of: .journeys),
    ]

    /// The journey of one event.
    static func event(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        guard let id = EventID(try call.name.string),
            let journey = try await call.services.journeys.journey(of: id, account: account)
        else { throw APIError.notFound }
        var writer = JSONWriter(reserving: 2048)
        journey.write(to: &writer, account: account)
        return APIAnswer(body: writer.bytes)
    }

    /// The journeys that another id leads to; with the first page of a request's what it has changed
    /// in the catalog.
    static func list(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let asked = try asked(call.query)
        let limit = call.query.limit
        let page = try await call.cursor(of: .journeys).page { cursor in
            try await call.services.journeys.journeys(
                of: account,
                asked,
                limit: limit,
                after: cursor
            )
        }
        guard case .request(let id) = asked, call.query["cursor"] == nil else {
            return .list(page) { $0.write(to: &$1, account: account) }
        }
        let changes = try await call.services.outcomes.changes(
            by: id,
            in: try await call.principalNow().catalog
        )
        return .object(reserving: 256 + page.elements.count * 640 + changes.count * 320) { writer in
            writer.name("data")
            writer.beginArray()
            for journey in page.elements { journey.write(to: &writer, account: account) }
            writer.endArray()
            writer.member("next_cursor", page.next?.text)
            writer.name("catalog_changes")
            writer.beginArray()
            for change in changes { writer.catalogChange(change) }
            writer.endArray()
        }
    }

    private static func asked(_ query: QueryParameters) throws(APIError) -> JourneyQuery {
        var asked: [JourneyQuery] = []
        if let id = query[Query.requestID] { asked.append(.request(id)) }
        if let id = query[Query.traceID] { asked.append(.trace(id)) }
        if let key = query[Query.idempotencyKey] {
            asked.append(.idempotencyKey(key, on: query[Query.key]))
        }
        if let id = query[Query.posting] { asked.append(.posting(id)) }
        guard let only = asked.first, asked.count == 1 else {
            throw .invalid(
                "request_id",
                "or trace_id, idempotency_key or posting_id is required, one of them"
            )
        }
        guard query[Query.key] == nil || query[Query.idempotencyKey] != nil else {
            throw .invalid("key", "goes with idempotency_key only")
        }
        return only
    }
}

extension Query {
    /// The id of a request, of this service's making or the client's own.
    static let requestID = QueryField("request_id", "is not the id of a request") { text in
        RequestIDs.isSane(text.string) ? text.string : nil
    }
    static let traceID = QueryField("trace_id", "must be 32 lower-case hexadecimal digits") {
        TraceID($0.string)
    }
    static let idempotencyKey = QueryField(
        "idempotency_key",
        "must have 1 to 255 characters"
    ) { text -> Text? in (1...255).contains(text.scalarCount) ? text : nil }
    static let posting = QueryField("posting_id", "is not the id of a posting") {
        PostingID($0.string)
    }
}
