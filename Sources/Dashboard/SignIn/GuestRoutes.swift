// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import Identity
import NIOHTTP1

extension Dashboard {
    /// What is there for people who have not signed in.
    var guestRoutes: [Route] {
        [
            Route(.GET, "/", .open, query: nil) { _ in PageHeaders.redirect(to: "/dashboard") },
            guest(.GET, "/sign-in") { call, _ in
                let query = Form(call.queryBytes) ?? Form()
                return answer(signInPage(to: query["to"] ?? "", kept: nil))
            },
            guest(.POST, "/sign-in", signIn),
            guest(.GET, "/welcome/{code}") { call, _ in
                try await welcome(call, Form(), problem: nil)
            },
            guest(.POST, "/welcome/{code}", accept),
        ]
    }

    /// A route for guests: a form of theirs counts only when a browser says that it is from here,
    /// since there is no session yet that a token could be bound to.
    private func guest(
        _ method: HTTPMethod,
        _ pattern: String,
        _ handler: @escaping @Sendable (APICall, Form) async throws -> APIAnswer
    ) -> Route {
        Route(method, pattern, .open, query: nil) { call in
            do {
                guard method == .POST else { return try await handler(call, Form()) }
                guard SameOrigin(call, publicURL: publicURL) == .yes else {
                    throw APIError(.forbidden, "This form was not sent from a page of Assay.")
                }
                return try await handler(call, try await call.form())
            } catch {
                return problem(error, shell: Shell(title: ProblemPage.title(error), self), call)
            }
        }
    }

    private func signInPage(
        email: String = "",
        to target: String,
        account: String = "",
        kept: [Form.Field]?,
        problem: String? = nil,
        status: Int = 200
    ) -> SignInPage {
        SignInPage(
            shell: Shell(title: "Sign in", self),
            email: email,
            to: Self.isOwn(target) ? target : "",
            account: account,
            isForm: kept != nil,
            kept: kept ?? [],
            problem: problem,
            status: status
        )
    }

    private func signIn(_ call: APICall, _ form: Form) async throws -> APIAnswer {
        let email = form.text("email")
        let target = form["to"] ?? ""
        let account = form.text("account")
        let kept = form["form"] == nil ? nil : form.kept
        func again(_ problem: String, _ status: Int) -> APIAnswer {
            answer(
                signInPage(
                    email: email,
                    to: target,
                    account: account,
                    kept: kept,
                    problem: problem,
                    status: status
                )
            )
        }
        let result = try await identities.signIn(
            email: Text(email),
            password: Text(form["password"] ?? ""),
            from: call.clientAddress,
            replacing: call.sessionSecret,
            preferring: AccountID(account)
        )
        switch result {
        case .signedIn(let grant):
            return try await signedIn(
                grant,
                to: target,
                of: AccountID(account),
                kept: kept,
                call
            )
        case .refused:
            return again("That address and that password do not go together.", 401)
        case .throttled(let seconds):
            return again("Too many tries. Wait \(seconds) seconds, then try again.", 429)
        case .busy:
            return again("Too many people sign in at this moment. Try again.", 503)
        }
    }

    private func signedIn(
        _ grant: SessionGrant,
        to target: String,
        of account: AccountID?,
        kept: [Form.Field]?,
        _ call: APICall
    ) async throws -> APIAnswer {
        let cookie = cookie(grant.secret)
        guard let kept, Self.isOwn(target),
            let page = try await pageCall(call, grant.secret)
        else {
            return PageHeaders.redirect(
                to: Self.isOwn(target) ? target : "/dashboard",
                fields: [cookie]
            )
        }
        guard account == nil || account == page.account else {
            return answer(
                ProblemPage(
                    shell: Shell(title: "Something went wrong", section: nil, page),
                    status: 403,
                    message: ResumePage.elsewhere,
                    details: [],
                    requestID: nil
                ),
                fields: [cookie]
            )
        }
        return answer(ResumePage(action: target, fields: kept, page), fields: [cookie])
    }

    /// Whether a target lies on the dashboard; whatever else a link names is not gone to.
    static func isOwn(_ target: String) -> Bool {
        (target == "/dashboard" || target.hasPrefix("/dashboard/")
            || target.hasPrefix("/dashboard?") || target.hasPrefix("/docs"))
            && target.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x5C }
    }
}

// MARK: Cookies

extension Dashboard {
    /// The field that gives a browser its session.
    func cookie(_ secret: SessionSecret) -> (name: String, value: String) {
        setCookie(secret.text, seconds: SessionLimits.lifetimeSeconds)
    }

    /// The field that takes it away.
    var noCookie: (name: String, value: String) { setCookie("", seconds: 0) }

    private func setCookie(_ value: String, seconds: Int) -> (name: String, value: String) {
        let name = APICall.sessionCookie
        let secure = isSecure ? "; Secure" : ""
        return (
            "Set-Cookie",
            "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(seconds)\(secure)"
        )
    }
}

extension Form {
    /// What the page to sign in on keeps each field of another form under.
    private static let keptMark = "kept."

    /// The fields of the form that is sent on after signing in.
    fileprivate var kept: [Field] {
        fields.compactMap { field in
            field.name.hasPrefix(Self.keptMark)
                ? Field(
                    name: String(field.name.dropFirst(Self.keptMark.count)),
                    value: field.value
                ) : nil
        }
    }
}

/// The page to sign in on.
struct SignInPage: PageModel {
    let template = "sign-in"
    let shell: Shell
    let email: String
    let to: String
    /// The account that a form was made in; empty where none is sent on.
    let account: String
    /// Whether a form is sent on after signing in; it may have no fields.
    let isForm: Bool
    let kept: [Form.Field]
    let problem: String?
    let status: Int
}
