// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import Identity
import Logging
import NIOHTTP1
import OutcomeRuntime
import ServiceContextModule
import Tracing

/// Answers every request: finds the route, checks the token, runs the handler.
///
/// Whatever goes wrong becomes the one error envelope. Request ids, spans and figures are all made
/// here, in one layer, so that the hot path passes through no other.
struct APIResponder: Sendable {
    let services: APIServices
    private let requestIDs = RequestIDs()
    private let table: RouteTable
    /// Answers a browser that asks for a page there is not.
    private let missing: Route.Handler?
    private let meters: APIMeters
    private let tracing: RequestTracing
    private let dates = HTTPDate()

    /// Serves these services, and pages beside the API; metrics and tracing have to be bootstrapped
    /// before.
    init(services: APIServices, pages: [Route] = [], missing: Route.Handler? = nil) {
        self.services = services
        self.missing = missing
        table = RouteTable(APIRoutes.all + pages)
        meters = APIMeters(table.routes.map { ($0.method.rawValue, $0.pattern.text) })
        tracing = RequestTracing()
    }

    /// Answers what a connection hands over; nil when the client went away before it was complete.
    func respond(to incoming: Incoming) async -> OutgoingAnswer? {
        let started = ContinuousClock.now
        let requestID: String
        var answer: APIAnswer
        var routeIndex: Int?
        switch incoming {
        case .request(let request):
            let headers = RequestHeaders(request.head.headers)
            requestID = headers.requestID ?? requestIDs.next()
            do {
                let target = RequestTarget(request.head.uri)
                let match = try find(request.head, target)
                routeIndex = match.index
                answer = try await tracing.trace(match.route, headers) { trace in
                    try await serve(match, request, headers, target, requestID, trace)
                }
            } catch is RequestAborted {
                return nil
            } catch {
                answer = failure(error, requestID, routeIndex)
            }
        case .refused(let error):
            requestID = requestIDs.next()
            answer = failure(error, requestID, nil)
        }
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        meters.record(
            route: routeIndex,
            status: answer.status,
            nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        )
        return answer.outgoing(requestID: requestID, date: dates.now())
    }

    private func find(
        _ head: HTTPRequestHead,
        _ target: RequestTarget
    ) throws(APIError) -> RouteTable.Match {
        do throws(APIError) {
            return try table.find(head.method, target)
        } catch {
            guard error.code == .notFound, let missing,
                head.headers.first(name: "accept")?.contains("text/html") == true
            else { throw error }
            let page = Route(.GET, "/{page}", .open, query: nil, missing)
            return RouteTable.Match(index: nil, route: page, parameters: [])
        }
    }

    private func serve(
        _ match: RouteTable.Match,
        _ request: IncomingRequest,
        _ headers: RequestHeaders,
        _ target: RequestTarget,
        _ requestID: String,
        _ trace: String?
    ) async throws -> APIAnswer {
        let route = match.route
        let caller = try await authorise(route.access, headers, request)
        var query = QueryParameters.none
        if let text = target.query, let known = route.query {
            query = try QueryParameters(text, known: known)
        }
        let call = APICall(
            services: services,
            request: request,
            headers: headers,
            requestID: requestID,
            parameters: match.parameters,
            query: query,
            caller: caller,
            trace: trace
        )
        guard !route.isBrief else { return try await route.handler(call) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await route.handler(call)
        }
    }

    /// Who asks, if the route wants to know.
    ///
    /// - Throws: TOKEN_INVALID without a good token or session, FORBIDDEN without the scope.
    private func authorise(
        _ access: Access,
        _ headers: RequestHeaders,
        _ request: IncomingRequest
    ) async throws -> Principal? {
        guard case .scope(let scope) = access else { return nil }
        guard let token = headers.bearerToken else {
            guard headers.authorization == nil, let secret = request.sessionSecret else {
                throw APIError.tokenInvalid
            }
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await visitor(secret, scope, request.head)
            }
        }
        let known = services.catalogs.cachedPrincipal(token)
        let principal: Principal?
        if let known {
            principal = known
        } else {
            // A catalog that is not in memory is folded, which may take long.
            principal = try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await services.catalogs.authenticate(token)
            }
        }
        guard let principal else { throw APIError.tokenInvalid }
        guard principal.may(scope) else {
            throw APIError(.forbidden, "The token has not the scope '\(scope.rawValue)'.")
        }
        return principal
    }

    /// Who has signed in, on a page of ours: what changes anything has to show the token that only
    /// such a page knows (ADR 0037).
    private func visitor(
        _ secret: SessionSecret,
        _ scope: Scope,
        _ head: HTTPRequestHead
    ) async throws -> Principal {
        guard let visitor = try await services.visitor(secret) else { throw APIError.tokenInvalid }
        guard visitor.principal.may(scope) else {
            throw APIError(.forbidden, "Your role has not the scope '\(scope.rawValue)'.")
        }
        guard head.method != .GET, head.method != .HEAD else { return visitor.principal }
        guard let token = head.headers.first(name: "x-csrf-token"),
            secret.accepts(formToken: token)
        else {
            throw APIError(
                .forbidden,
                "A session needs the header X-CSRF-Token to change anything."
            )
        }
        return visitor.principal
    }

    private func failure(_ error: any Error, _ requestID: String, _ route: Int?) -> APIAnswer {
        let apiError = APIError(error)
        if apiError.code == .internalError {
            services.logger.error(
                "a request failed",
                metadata: [
                    "request_id": .string(requestID),
                    "route": .string(route.map { table.routes[$0].pattern.text } ?? "none"),
                    "error": .string(String(reflecting: error)),
                ]
            )
        }
        return APIAnswer(apiError, requestID: requestID)
    }
}
