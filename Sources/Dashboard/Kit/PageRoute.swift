// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import Identity
import NIOHTTP1

/// One page, or one form, for people who have signed in.
struct PageRoute: Sendable {
    typealias Handler = @Sendable (PageCall) async throws -> PageAnswer

    let method: HTTPMethod
    let pattern: String
    /// What the visitor's role has to include.
    let right: Right
    let handler: Handler

    /// A page to look at.
    static func get(
        _ pattern: String,
        for right: Right = .read,
        _ handler: @escaping Handler
    ) -> Self {
        PageRoute(method: .GET, pattern: pattern, right: right, handler: handler)
    }

    /// A form that is sent; where it came from has been checked.
    static func post(
        _ pattern: String,
        for right: Right,
        _ handler: @escaping Handler
    ) -> Self {
        PageRoute(method: .POST, pattern: pattern, right: right, handler: handler)
    }
}

/// What a page's handler answers.
enum PageAnswer: Sendable {
    /// A page.
    case page(any PageModel)
    /// Go and look there: after a form was taken.
    case redirect(String)
    /// Something that is no page: a download.
    case answer(APIAnswer)

    /// After a form was taken, to a page that says so and shows what was done.
    static func done(_ notice: Notice, at path: String, after position: String? = nil) -> Self {
        let mark = path.contains("?") ? "&" : "?"
        let after = position.map { "&after=\($0)" } ?? ""
        return .redirect("\(path)\(mark)done=\(notice.rawValue)\(after)")
    }
}
