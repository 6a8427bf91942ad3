// SPDX-License-Identifier: Apache-2.0

package import HTTPAPI
package import Identity
import NIOHTTP1

/// The dashboard: pages made on the server, for people who sign in (ADR 0037).
///
/// It reads what the API reads and changes what the API changes, in the same process; nothing can be
/// done here that cannot be done there.
package struct Dashboard: Sendable {
    let identities: IdentityDesk
    private let address: @Sendable () -> String
    let templates: Templates
    let assets: Assets

    /// Reads the templates.
    ///
    /// - Parameters:
    ///   - identities: Who may sign in.
    ///   - publicURL: How people reach it: scheme, host and port, without a slash at the end. Asked
    ///     anew by each page, because a port that was left open is known once the server listens.
    /// - Throws: What is wrong with one of the templates.
    package init(
        identities: IdentityDesk,
        publicURL: @escaping @Sendable () -> String
    ) throws {
        self.identities = identities
        address = publicURL
        templates = try Templates()
        assets = Assets()
    }

    /// All routes, to be served beside those of the API.
    package var routes: [Route] {
        let pages = Self.pages.map { page in
            Route(page.method, page.pattern, .open, query: nil) { call in
                try await serve(page, call)
            }
        }
        return pages + guestRoutes + referenceRoutes + assets.routes
    }

    /// What people see who have signed in.
    static let pages: [PageRoute] = [
        OverviewPages.routes, OutcomeListPages.routes, OutcomePages.routes, JourneyPages.routes,
        AgentPages.routes, CustomerPages.routes, RateCardPages.routes, LedgerPages.routes,
        DeadLetterPages.routes, SandboxPages.routes, TokenPages.routes, MemberPages.routes,
        ValuePages.routes, HealthPages.routes, SessionPages.routes,
    ].flatMap(\.self)

    /// How people reach it: scheme, host and port, without a slash at the end.
    var publicURL: String { address() }

    /// Whether cookies are sent over TLS only.
    var isSecure: Bool { publicURL.hasPrefix("https://") }

    /// A page as it goes out.
    func answer(
        _ model: any PageModel,
        fields: [(name: String, value: String)] = []
    ) -> APIAnswer {
        guard let body = templates.render(model) else {
            return APIAnswer(
                status: 500,
                body: Array("This page has no template.".utf8),
                contentType: "text/plain; charset=utf-8"
            )
        }
        return APIAnswer(
            status: model.status,
            body: body,
            contentType: "text/html; charset=utf-8",
            fields: PageHeaders.all + fields
        )
    }
}
