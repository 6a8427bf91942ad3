// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit

/// The feed of outcomes, one outcome, and its history.
enum OutcomeHandlers {
    static let listQuery = [
        Query.state.rule, Query.agent.rule, Query.customer.rule, Query.updatedAfter.rule,
        Query.updatedBefore.rule, Query.limit.rule, Query.cursor(of: .outcomes),
    ]
    static let historyQuery = [Query.limit.rule, Query.historyCursor.rule]

    static func list(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let filter = OutcomeFilter(
            state: call.query[Query.state],
            agent: call.query[Query.agent],
            customer: call.query[Query.customer],
            updatedAfter: call.query[Query.updatedAfter],
            updatedBefore: call.query[Query.updatedBefore]
        )
        let page = try await call.cursor(of: .outcomes).page { cursor in
            try await call.services.feed.outcomes(
                of: account,
                filter: filter,
                limit: call.query.limit,
                after: cursor
            )
        }
        return .list(page) { $1.outcome($0) }
    }

    static func get(_ call: APICall) async throws -> APIAnswer {
        guard let key = OutcomeKey(try call.name),
            let view = try await call.services.feed.outcome(
                key,
                account: try call.principal.account
            )
        else { throw APIError.notFound }
        var writer = JSONWriter(reserving: 1024)
        writer.outcome(view)
        return APIAnswer(body: writer.bytes)
    }

    /// The facts of a key in order of version; the cursor is the last version seen.
    static func history(_ call: APICall) async throws -> APIAnswer {
        guard let key = OutcomeKey(try call.name) else { throw APIError.notFound }
        let principal = try call.principal
        let limit = call.query.limit
        let version = call.query[Query.historyCursor] ?? 0
        let facts = try await call.services.outcomes.history(
            of: key,
            account: principal.account,
            isSandbox: principal.catalog.isSandbox,
            after: version,
            limit: limit + 1
        )
        if facts.isEmpty, version == 0 { throw APIError.notFound }
        let page = facts.prefix(limit)
        let next = facts.count > limit ? page.last.map { HistoryCursor.encode($0.version) } : nil
        let metadata = try await call.services.outcomes.metadata(of: page, by: principal.catalog)
        return .list(Array(zip(page, metadata)), next: next, reserving: 768) {
            $1.recordedFact($0.0, $0.1)
        }
    }
}

/// A place in an outcome's history: the last version seen.
enum HistoryCursor {
    static func encode(_ version: Int) -> String {
        Base64URL.encode(Array("v\(version)".utf8))
    }

    static func decode(_ text: Text) -> Int? {
        guard let bytes = Base64URL.decode(text.string), bytes.first == 0x76,
            let version = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)), version > 0,
            encode(version) == text.string
        else { return nil }
        return version
    }
}
