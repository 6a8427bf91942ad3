// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Identity
import Testing

@testable import HTTPAPI

/// Users of a world, by what the tests call them, with the cookies of their sessions.
struct TestUsers {
    static let internalKey = "an-internal-key-of-tests"

    /// By name: `ann` and `bob` of the live account, `cleo` of the sandbox, `dora` who only reads.
    private var members: [String: (number: Int64, cookie: String)] = [:]

    init(_ world: World) async throws {
        let desk = try #require(world.services.identities)
        for (name, account, role) in [
            ("ann", world.live.id, Role.admin), ("bob", world.live.id, .finance),
            ("cleo", world.sandbox.id, .admin), ("dora", world.live.id, .readOnly),
        ] {
            let email = try #require(Email(Text(name + "@example.com")))
            let code = try await desk.issueLink(
                .invitation(email: email, account: account, role: role)
            )
            let result = try await desk.accept(
                code: code,
                email: email,
                name: Text(name),
                password: "a perfectly fine one",
                account: account,
                from: "192.0.2.1"
            )
            guard case .signedIn(let grant) = result else {
                Issue.record("\(name) cannot sign in")
                continue
            }
            members[name] = (
                grant.signedIn.membership.user.id.number,
                APICall.sessionCookie + "=" + grant.secret.text
            )
        }
    }

    func number(_ name: String) -> Int64 { members[name]?.number ?? 0 }
    func cookie(_ name: String) -> String { members[name]?.cookie ?? "none" }
}
