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
    static let filters = [
        "state", "agent_key", "customer_key", "updated_after", "updated_before", "limit", "cursor",
    ]

    static func list(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        var reader = QueryReader(call.query)
        let filter = OutcomeFilter(
            state: reader.value("state", "must be OPEN, PENDING, CONFIRMED, FAILED or MISSED") {
                OutcomeState(rawValue: $0.string)
            },
            agent: reader.slug("agent_key"),
            customer: reader.customer("customer_key"),
            updatedAfter: reader.instant("updated_after"),
            updatedBefore: reader.instant("updated_before")
        )
        let limit = reader.limit()
        try reader.finish()
        let page = try await call.cursor(of: .outcomes).page { cursor in
            try await call.services.feed.outcomes(
                of: account,
                filter: filter,
                limit: limit,
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
        var reader = QueryReader(call.query)
        let limit = reader.limit()
        let version =
            reader.value("cursor", "is not a cursor of this list") { HistoryCursor.decode($0) } ?? 0
        try reader.finish()
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
        return .list(Array(page), next: next, reserving: 768) { $1.recordedFact($0) }
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

extension QueryReader {
    /// The key of an agent.
    mutating func slug(_ name: String) -> Slug? {
        value(name, "is not a key of an agent") { Slug($0) }
    }

    /// The key of a customer.
    mutating func customer(_ name: String) -> CustomerKey? {
        value(name, "is not a key of a customer") { CustomerKey($0) }
    }

    /// The key of an outcome.
    mutating func outcomeKey(_ name: String) -> OutcomeKey? {
        value(name, "is not a key of an outcome") { OutcomeKey($0) }
    }
}
