// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
package import Identity
import NIOCore
import NIOHTTP1
package import OutcomeRuntime

extension APICall {
    /// The cookie that holds a session's secret.
    package static let sessionCookie = "assay_session"

    /// The method as it was sent.
    package var method: String { request.head.method.rawValue }

    /// The path and the query as they were sent.
    package var target: String { request.head.uri }

    /// A header field's first value.
    package func header(_ name: String) -> String? { request.head.headers.first(name: name) }

    /// The client's address: of whoever is at the other end of the connection, or whom the proxies
    /// before this server say that they were called by.
    package var clientAddress: String {
        let forwarded = request.head.headers[canonicalForm: "x-forwarded-for"]
        return ForwardedFor.client(forwarded, through: services.trustedProxies)
            ?? request.link.channel.remoteAddress?.ipAddress ?? "unknown"
    }

    /// What the cookie says; nothing is known yet of whether it is good.
    package var sessionSecret: SessionSecret? { request.sessionSecret }
}

extension IncomingRequest {
    var sessionSecret: SessionSecret? {
        for field in head.headers[canonicalForm: "cookie"] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard pair.hasPrefix(APICall.sessionCookie + "=") else { continue }
                return SessionSecret(String(pair.dropFirst(APICall.sessionCookie.utf8.count + 1)))
            }
        }
        return nil
    }
}

extension APIServices {
    /// Who a session belongs to and what they may do; nil when it has ended.
    ///
    /// `isUse`: Whether it counts as use of the session.
    package func visitor(
        _ secret: SessionSecret,
        isUse: Bool = true
    ) async throws -> (signedIn: SignedIn, principal: Principal)? {
        guard let signedIn = try await identities?.signedIn(secret, isUse: isUse),
            let catalog = try await catalogs.catalog(of: signedIn.membership.account)
        else { return nil }
        let membership = signedIn.membership
        let principal = Principal(
            account: membership.account,
            user: membership.user.id.number,
            scopes: membership.role.may(.administer) ? [.admin] : [.read],
            catalog: catalog
        )
        return (signedIn, principal)
    }
}
