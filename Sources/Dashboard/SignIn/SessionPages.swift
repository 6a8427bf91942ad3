// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeRuntime

/// What people do about their own session: leave, look at another account, change the password.
enum SessionPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/profile", profile),
        .post("/dashboard/sign-out", for: .read, signOut),
        .post("/dashboard/sign-out-everywhere", for: .read, signOutEverywhere),
        .post("/dashboard/open-account", for: .read, openAccount),
        .post("/dashboard/password", for: .read, changePassword),
    ]

    private static func profile(_ call: PageCall) async throws -> PageAnswer {
        .page(try await page(call, problem: nil))
    }

    private static func page(
        _ call: PageCall,
        problem: String?,
        status: Int = 400
    ) async throws -> ProfilePage {
        var accounts: [ProfilePage.Account] = []
        for membership in try await call.dashboard.identities.memberships(
            of: call.membership.user.id
        ) {
            let catalog = try await call.services.catalogs.catalog(of: membership.account)
            accounts.append(
                ProfilePage.Account(
                    id: membership.account.text.string,
                    name: catalog?.name.string ?? "",
                    isSandbox: catalog?.isSandbox ?? false,
                    role: membership.role.title,
                    isOpen: membership.account == call.account
                )
            )
        }
        return ProfilePage(
            shell: Shell(title: "Your profile", section: nil, call),
            status: problem == nil ? 200 : status,
            number: call.membership.user.id.description,
            signedInAt: Instant(call.signedIn.session.createdAt),
            accounts: accounts,
            problem: problem
        )
    }

    private static func signOut(_ call: PageCall) async throws -> PageAnswer {
        try await call.dashboard.identities.signOut(call.secret)
        return leave(call)
    }

    private static func signOutEverywhere(_ call: PageCall) async throws -> PageAnswer {
        try await call.dashboard.identities.signOutEverywhere(call.membership.user.id)
        return leave(call)
    }

    private static func leave(_ call: PageCall) -> PageAnswer {
        .answer(PageHeaders.redirect(to: "/sign-in", fields: [call.dashboard.noCookie]))
    }

    private static func openAccount(_ call: PageCall) async throws -> PageAnswer {
        guard let account = AccountID(call.form.text("account")),
            let grant = try await call.dashboard.identities.openAccount(
                account,
                call.signedIn,
                call.secret
            )
        else { throw APIError.notFound }
        return .answer(
            PageHeaders.redirect(to: "/dashboard", fields: [call.dashboard.cookie(grant.secret)])
        )
    }

    private static func changePassword(_ call: PageCall) async throws -> PageAnswer {
        let result = try await call.dashboard.identities.changePassword(
            call.membership.user.id,
            from: Text(call.form["old_password"] ?? ""),
            to: Text(call.form["new_password"] ?? ""),
            keeping: call.account,
            at: call.call.clientAddress
        )
        switch result {
        case .changed(let grant):
            return .answer(
                PageHeaders.redirect(
                    to: "/dashboard/profile?done=saved",
                    fields: [call.dashboard.cookie(grant.secret)]
                )
            )
        case .refused:
            return .page(try await page(call, problem: "That is not your password of today."))
        case .problem(let problem): return .page(try await page(call, problem: problem.sentence))
        case .throttled(let seconds):
            let sentence = "Too many tries. Wait \(seconds) seconds, then try again."
            return .page(try await page(call, problem: sentence, status: 429))
        case .busy:
            let sentence = "Too busy at this moment. Try again."
            return .page(try await page(call, problem: sentence, status: 503))
        }
    }
}

/// Who one is, and where one belongs.
struct ProfilePage: PageModel {
    struct Account {
        let id: String
        let name: String
        let isSandbox: Bool
        let role: String
        let isOpen: Bool
    }

    let template = "profile"
    let shell: Shell
    let status: Int
    let number: String
    let signedInAt: Instant
    let accounts: [Account]
    let problem: String?
}
