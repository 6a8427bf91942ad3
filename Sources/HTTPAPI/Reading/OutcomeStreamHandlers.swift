// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit

/// `GET /v1/outcomes/stream`: the outcomes that change, as they change (SPEC 8; ADR 0040).
enum OutcomeStreamHandlers {
    static let query = [
        Query.state.rule, Query.agent.rule, Query.customer.rule, Query.streamCursor.rule,
    ]

    static func open(_ call: APICall) async throws -> APIAnswer {
        let principal = try call.principal
        let resumption = call.resumption
        let listener = try listen(principal, resumption, call)
        let stream = OutcomeStream(
            services: call.services,
            listener: listener,
            filter: OutcomeFilter(
                state: call.query[Query.state],
                agent: call.query[Query.agent],
                customer: call.query[Query.customer]
            ),
            resumption: resumption,
            renewal: { try await call.renewed($0) }
        )
        return APIAnswer(
            contentType: ServerSentEvent.contentType,
            fields: ServerSentEvent.fields,
            parts: PartedBody(isEndless: true, whenDone: { listener.leave() }) { writer in
                try await stream.write(to: writer, for: principal)
            }
        )
    }

    private static func listen(
        _ principal: Principal,
        _ resumption: OutcomeStream.Resumption,
        _ call: APICall
    ) throws(APIError) -> ChangeListener {
        var cursor: ChangeCursor?
        if case .after(let place) = resumption { cursor = place }
        do throws(ChangesRefusal) {
            return try call.services.changes.listen(
                to: principal.account,
                isSandbox: principal.catalog.isSandbox,
                since: cursor
            )
        } catch {
            switch error {
            case .full:
                throw APIError(
                    .tooManyStreams,
                    "As many live streams are open as may be; try again, or read the list."
                )
            case .notReady: throw .readBehind(position: nil)
            }
        }
    }
}

extension APICall {
    /// Where the client has got to: `Last-Event-ID` says so when it comes back, `?cursor=` when it
    /// comes with a place of its own.
    ///
    /// A header that is no place is no error, since a browser would give up on one.
    fileprivate var resumption: OutcomeStream.Resumption {
        if let id = headers.lastEventID, !id.isEmpty {
            return ChangeCursor(id).map { .after($0) } ?? .unknown
        }
        return query[Query.streamCursor].map { .after($0) } ?? .none
    }

    /// Who asked, as long as they may; nil when their token was revoked or their session has ended
    /// meanwhile, which an open stream does not put off.
    fileprivate func renewed(_ principal: Principal) async throws -> Principal? {
        guard principal.user != nil else { return try await services.catalogs.renewed(principal) }
        guard let secret = sessionSecret,
            let visitor = try await services.visitor(secret, isUse: false),
            visitor.principal.account == principal.account
        else { return nil }
        return visitor.principal
    }
}
