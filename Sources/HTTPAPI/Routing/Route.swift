// SPDX-License-Identifier: Apache-2.0

package import CatalogDomain
package import NIOHTTP1

/// Who may make a call.
package enum Access: Sendable {
    /// Anybody, without a token.
    case open
    /// Whoever holds a token with this scope, or `admin`.
    case scope(Scope)
    /// The handler finds out who asks, and answers errors in a form of its own (SPEC 7).
    case own
}

/// One call of the API.
package struct Route: Sendable {
    package typealias Handler = @Sendable (APICall) async throws -> APIAnswer

    let method: HTTPMethod
    let pattern: PathPattern
    let access: Access
    /// The query parameters it knows and what they have to be; nil lets any pass unread.
    let query: [QueryRule]?
    /// Whether it is over in some microseconds but for waiting, and so may run on the event loop
    /// that serves its connection.
    let isBrief: Bool
    let handler: Handler

    package init(
        _ method: HTTPMethod,
        _ pattern: String,
        _ access: Access,
        query: [QueryRule]? = [],
        isBrief: Bool = false,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = PathPattern(pattern)
        self.access = access
        self.query = query
        self.isBrief = isBrief
        self.handler = handler
    }

    /// Whether it has a span though its caller has none: probes and scrapes have not.
    var isTraced: Bool {
        switch access {
        case .open: false
        case .scope, .own: true
        }
    }

    /// A read under a token: every one takes `?after=` and waits for it (SPEC 3).
    ///
    /// `models` are those it looks into, whose rows have to show that position.
    static func read(
        _ pattern: String,
        for scope: Scope = .read,
        models: [String] = [],
        query: [QueryRule] = [],
        _ handler: @escaping Handler
    ) -> Route {
        Route(.GET, pattern, .scope(scope), query: query + [Query.after.rule]) { call in
            try await handler(try await call.afterPosition(models: models))
        }
    }
}
