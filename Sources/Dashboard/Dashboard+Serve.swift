// SPDX-License-Identifier: Apache-2.0

import ExactValues
package import HTTPAPI
import Identity
import Logging
import NIOCore
import NIOHTTP1
import OutcomeDomain

extension Dashboard {
    /// Answers a page: who asks, whether they may, whether a form is ours; then the page itself, or
    /// what went wrong as one.
    ///
    /// - Throws: `RequestAborted` when the client went away, and nothing else.
    func serve(_ page: PageRoute, _ call: APICall) async throws -> APIAnswer {
        do {
            guard let known = try await pageCall(call, call.sessionSecret) else {
                return try await askToSignIn(page, call)
            }
            return try await serve(page, known)
        } catch let gone as RequestAborted {
            throw gone
        } catch {
            return problem(error, shell: Shell(title: ProblemPage.title(error), self), call)
        }
    }

    /// The call of whoever a session belongs to; nil when it has ended.
    func pageCall(_ call: APICall, _ secret: SessionSecret?) async throws -> PageCall? {
        guard let secret, let visitor = try await call.services.visitor(secret) else { return nil }
        return PageCall(
            call: call,
            dashboard: self,
            signedIn: visitor.signedIn,
            secret: secret,
            principal: visitor.principal,
            fields: Form(call.queryBytes) ?? Form(),
            form: Form()
        )
    }

    private func serve(_ page: PageRoute, _ call: PageCall) async throws -> APIAnswer {
        do {
            guard page.method == .POST else {
                try call.mustMay(page.right)
                return try await answer(page.handler(call))
            }
            let form = try await call.call.form()
            let origin = SameOrigin(call.call, publicURL: publicURL)
            guard form["form_token"].map({ call.secret.accepts(formToken: $0) }) == true,
                origin != .no
            else {
                guard origin == .yes else {
                    throw APIError(.forbidden, "This form was not sent from a page of Assay.")
                }
                return try await resume(form, page, call)
            }
            try call.mustMay(page.right)
            return try await answer(page.handler(call.with(form)))
        } catch let gone as RequestAborted {
            throw gone
        } catch {
            return problem(
                error,
                shell: Shell(title: ProblemPage.title(error), section: nil, call),
                call.call
            )
        }
    }

    /// A form of an earlier session: what was typed is kept, and sent only when asked to.
    ///
    /// It is sent in the account that it was made in, whichever the visitor looks at by now.
    private func resume(
        _ form: Form,
        _ page: PageRoute,
        _ call: PageCall
    ) async throws -> APIAnswer {
        guard let account = form.account, account != call.account else {
            try call.mustMay(page.right)
            return answer(ResumePage(action: call.call.target, fields: form.keepable, call))
        }
        guard let grant = try await identities.openAccount(account, call.signedIn, call.secret),
            let there = try await pageCall(call.call, grant.secret)
        else { throw APIError(.forbidden, ResumePage.elsewhere) }
        return answer(
            ResumePage(action: call.call.target, fields: form.keepable, there),
            fields: [cookie(grant.secret)]
        )
    }

    private func answer(_ answer: PageAnswer) -> APIAnswer {
        switch answer {
        case .page(let model): self.answer(model)
        case .redirect(let path): PageHeaders.redirect(to: path)
        case .answer(let answer): answer
        }
    }

    /// The way to a page leads over signing in; what was typed into a form comes along.
    private func askToSignIn(_ page: PageRoute, _ call: APICall) async throws -> APIAnswer {
        guard page.method == .POST else {
            return PageHeaders.redirect(
                to: "/sign-in?to=" + PercentCoding.encode(Text(call.target))
            )
        }
        let form = try await call.form()
        guard SameOrigin(call, publicURL: publicURL) != .no else {
            throw APIError(.forbidden, "This form was not sent from a page of Assay.")
        }
        return answer(
            SignInPage(
                shell: Shell(title: "Sign in", self),
                email: "",
                to: call.target,
                account: form.account?.text.string ?? "",
                isForm: true,
                kept: form.keepable,
                problem: "Your session has ended. Sign in and nothing you typed is lost.",
                status: 401
            )
        )
    }

    /// There is no such page.
    package func missing(_ call: APICall) -> APIAnswer {
        problem(
            APIError.notFound,
            shell: Shell(title: ProblemPage.title(APIError.notFound), self),
            call
        )
    }

    /// What went wrong, as a page; nothing of it comes from inside the service.
    func problem(_ error: any Error, shell: Shell, _ call: APICall) -> APIAnswer {
        let error = APIError(error)
        if error.code == .internalError {
            call.services.logger.error(
                "a page failed",
                metadata: ["request_id": .string(call.requestID)]
            )
        }
        var fields: [(name: String, value: String)] = []
        if let seconds = error.code.retryAfterSeconds {
            fields.append(("Retry-After", String(seconds)))
        }
        return answer(
            ProblemPage(
                shell: shell,
                status: error.code.status,
                message: error.message,
                details: error.details.map { .init(field: $0.field, message: $0.message) },
                requestID: call.requestID
            ),
            fields: fields
        )
    }
}

extension APICall {
    /// The query as it was sent, without the mark before it.
    var queryBytes: Substring.UTF8View {
        let target = target[...].utf8
        guard let mark = target.firstIndex(of: 0x3F) else { return target.suffix(0) }
        return target[target.index(after: mark)...]
    }

    /// The body as a form.
    func form() async throws -> Form {
        let body = try await body(limit: services.limits.bodyBytes)
        guard let form = Form(body.readableBytesView) else {
            throw APIError(.validationError, "This form is not well encoded.")
        }
        return form
    }
}

extension PageCall {
    /// - Throws: FORBIDDEN when the visitor's role has not a right.
    fileprivate func mustMay(_ right: Right) throws(APIError) {
        guard membership.role.may(right) else {
            throw APIError(
                .forbidden,
                "Your role, \(membership.role.title), has not this right."
            )
        }
    }

    func with(_ form: Form) -> PageCall {
        PageCall(
            call: call,
            dashboard: dashboard,
            signedIn: signedIn,
            secret: secret,
            principal: principal,
            fields: fields,
            form: form
        )
    }
}

extension Form {
    /// What may be kept in a page while somebody signs in: neither passwords nor what tells of the
    /// session.
    var keepable: [Field] {
        fields.filter {
            !["form_token", "form_account"].contains($0.name) && !$0.name.contains("password")
        }
    }

    /// The account that a form was made in, as its page says; nothing is done by that alone.
    var account: AccountID? { self["form_account"].flatMap { AccountID($0) } }
}

/// A page that tells what went wrong.
struct ProblemPage: PageModel {
    struct Detail {
        let field: String
        let message: String
    }

    let template = "problem"
    let shell: Shell
    let status: Int
    let message: String
    let details: [Detail]
    let requestID: String?

    /// What is said over a problem of this kind.
    static func title(_ error: any Error) -> String {
        switch APIError(error).code.status {
        case 403: "You may not do that"
        case 404: "There is nothing here"
        default: "Something went wrong"
        }
    }
}

/// A form that was sent in an earlier session, to be sent again.
struct ResumePage: PageModel {
    /// What somebody is told who is no member of the account that a form was made in.
    static let elsewhere = "This form was made in an account that is not yours. Nothing was done."

    let template = "resume"
    let shell: Shell
    let action: String
    let fields: [Form.Field]

    init(action: String, fields: [Form.Field], _ call: PageCall) {
        shell = Shell(title: "Send it again?", section: nil, call)
        self.action = action
        self.fields = fields
    }
}
