// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOHTTP1

/// All calls of the API, as data.
struct RouteTable: Sendable {
    /// A route with the number under which its figures are kept (nil for a page there is not), and what the client chose.
    struct Match {
        let index: Int?
        let route: Route
        let parameters: [Text]
    }

    /// The table of the API.
    static let all = RouteTable(APIRoutes.all)

    let routes: [Route]
    /// Paths without parameters, written without escapes: found without cutting them up.
    private let literals: [String: [Int]]

    init(_ routes: [Route]) {
        self.routes = routes
        var literals: [String: [Int]] = [:]
        for (index, route) in routes.enumerated() where !route.pattern.text.contains("{") {
            literals[route.pattern.text, default: []].append(index)
        }
        self.literals = literals
    }

    /// Finds the call.
    ///
    /// - Throws: NOT_FOUND for an unknown path, METHOD_NOT_ALLOWED for a known one.
    func find(_ method: HTTPMethod, _ target: RequestTarget) throws(APIError) -> Match {
        // HEAD is GET without the body (RFC 9110, 9.3.2).
        let method = method == .HEAD ? .GET : method
        if let indices = literals[String(target.path)] {
            return try choose(indices.map { ($0, []) }, method)
        }
        guard let segments = target.segments else { throw .notFound }
        var candidates: [(index: Int, parameters: [Text])] = []
        for (index, route) in routes.enumerated() {
            guard let parameters = route.pattern.match(segments) else { continue }
            candidates.append((index, parameters))
        }
        // A path that is written out in full is never taken for a parameter.
        let exact = candidates.filter { $0.parameters.isEmpty }
        return try choose(exact.isEmpty ? candidates : exact, method)
    }

    /// The candidate of this method.
    private func choose(
        _ candidates: [(index: Int, parameters: [Text])],
        _ method: HTTPMethod
    ) throws(APIError) -> Match {
        for (index, parameters) in candidates where routes[index].method == method {
            return Match(index: index, route: routes[index], parameters: parameters)
        }
        var allowed = candidates.map { routes[$0.index].method.rawValue }
        guard !allowed.isEmpty else { throw .notFound }
        if allowed.contains("GET") { allowed.append("HEAD") }
        throw APIError(
            .methodNotAllowed,
            "This address does not take \(method.rawValue.prefix(32)).",
            allow: allowed.joined(separator: ", ")
        )
    }
}
