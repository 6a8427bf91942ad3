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
    static let momentQuery = [Query.atVersion.rule, Query.asOf.rule]
    static let historyQuery = [Query.limit.rule, Query.historyCursor.rule] + momentQuery

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
        let moment = try call.moment
        guard let key = OutcomeKey(try call.name) else { throw APIError.notFound }
        guard moment == .latest else { return try await get(key, at: moment, call) }
        let account = try call.principal.account
        guard let view = try await call.services.feed.outcome(key, account: account) else {
            throw APIError.notFound
        }
        var writer = JSONWriter(reserving: 1024)
        writer.outcome(view)
        return APIAnswer(body: writer.bytes)
    }

    /// An outcome as it was: folded from the log, since the feed keeps only what is.
    private static func get(
        _ key: OutcomeKey,
        at moment: OutcomeMoment,
        _ call: APICall
    ) async throws -> APIAnswer {
        let principal = try call.principal
        let state = try await call.services.outcomes.view(
            of: key,
            account: principal.account,
            isSandbox: principal.catalog.isSandbox,
            at: moment
        )
        guard let view = state else { throw APIError.notFound }
        var writer = JSONWriter(reserving: 1024)
        writer.outcome(view, atVersion: view.row.progress.version)
        return APIAnswer(body: writer.bytes)
    }

    /// The facts of a key in order of version, up to a moment; the cursor is the last version seen.
    static func history(_ call: APICall) async throws -> APIAnswer {
        let moment = try call.moment
        guard let key = OutcomeKey(try call.name) else { throw APIError.notFound }
        let principal = try call.principal
        let limit = call.query.limit
        let version = call.query[Query.historyCursor] ?? 0
        func page(after version: Int, limit: Int) async throws -> OutcomeReader.HistoryPage {
            try await call.services.outcomes.historyPage(
                of: key,
                account: principal.account,
                isSandbox: principal.catalog.isSandbox,
                after: version,
                limit: limit,
                limitBytes: call.services.limits.historyBytes
            )
        }
        if case .version(let last) = moment,
            try await call.services.outcomes.history(
                of: key,
                account: principal.account,
                isSandbox: principal.catalog.isSandbox,
                after: last - 1,
                limit: 1
            ).isEmpty
        {
            throw APIError.notFound
        }
        let found = try await page(after: version, limit: limit)
        let shown = found.facts.prefix { moment.includes($0) }
        if shown.isEmpty, version == 0 { throw APIError.notFound }
        let goesOn =
            shown.count == found.facts.count && found.following.map(moment.includes) ?? false
        let next = goesOn ? shown.last.map { HistoryCursor.encode($0.version) } : nil
        let metadata = try await call.services.outcomes.metadata(of: shown, by: principal.catalog)
        return .list(Array(zip(shown, metadata)), next: next, reserving: 768) {
            $1.recordedFact($0.0, $0.1)
        }
    }

    /// Why an outcome is what it is, or was.
    static func explain(_ call: APICall) async throws -> APIAnswer {
        let moment = try call.moment
        guard let key = OutcomeKey(try call.name) else { throw APIError.notFound }
        let principal = try call.principal
        let explanation = try await call.services.outcomes.explanation(
            of: key,
            account: principal.account,
            isSandbox: principal.catalog.isSandbox,
            at: moment
        )
        guard let explanation else { throw APIError.notFound }
        return APIAnswer(body: OutcomeDocuments.explanation(explanation, of: key))
    }
}

extension APICall {
    /// Where on its stream the outcome is asked for.
    fileprivate var moment: OutcomeMoment {
        get throws(APIError) {
            switch (query[Query.atVersion], query[Query.asOf]) {
            case (nil, nil): return .latest
            case (let version?, nil): return .version(version)
            case (nil, let instant?): return .recorded(by: instant)
            case (_?, _?): throw .invalid("as_of", "cannot be given together with at_version")
            }
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
