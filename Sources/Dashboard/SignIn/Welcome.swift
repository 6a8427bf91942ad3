// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeRuntime

/// What a one-time link leads to: a name and a password are chosen.
extension Dashboard {
    func welcome(
        _ call: APICall,
        _ form: Form,
        problem: String?,
        status: Int = 400
    ) async throws -> APIAnswer {
        let code = call.parameters[0].string
        guard let link = try await identities.link(code) else { return usedUp() }
        // Nothing is asked of somebody whom the link signs in.
        if case .signIn = link.purpose { return try await accept(call, form) }
        return answer(
            WelcomePage(
                shell: Shell(title: "Welcome", self),
                link.purpose,
                isKnown: try await isKnown(link.purpose),
                code: code,
                form,
                problem,
                status: problem == nil ? 200 : status
            )
        )
    }

    func accept(_ call: APICall, _ form: Form) async throws -> APIAnswer {
        let code = call.parameters[0].string
        guard let link = try await identities.link(code) else { return usedUp() }
        if let problem = try await problem(in: form, for: link.purpose) {
            return try await welcome(call, form, problem: problem)
        }
        let account = try await account(for: link.purpose, form, call)
        let result = try await identities.accept(
            code: code,
            email: Email(Text(form.text("email"))),
            name: Text(form.text("name")),
            password: Text(form["password"] ?? ""),
            account: account,
            from: call.clientAddress,
            replacing: call.sessionSecret
        )
        switch result {
        case .signedIn(let grant):
            return PageHeaders.redirect(
                to: "/dashboard?done=signed-in",
                fields: [cookie(grant.secret)]
            )
        case .linkEnded: return usedUp()
        case .emailMissing:
            return try await welcome(call, form, problem: "That is no e-mail address.")
        case .nameInvalid:
            return try await welcome(call, form, problem: Self.nameRule)
        case .wrongPassword:
            return try await welcome(call, form, problem: "That is not your password.")
        case .problem(let problem): return try await welcome(call, form, problem: problem.sentence)
        case .throttled(let seconds):
            let sentence = "Too many tries. Wait \(seconds) seconds, then try again."
            return try await welcome(call, form, problem: sentence, status: 429)
        case .busy:
            return try await welcome(call, form, problem: "Too busy. Try again.", status: 503)
        }
    }

    private static let nameRule =
        "Your name needs 1 to \(IdentityDesk.nameLimitScalars) characters."

    /// Whether a password exists already: an invited address may be a user's.
    private func isKnown(_ purpose: OneTimeLink.Purpose) async throws -> Bool {
        guard case .invitation(let email, _, _) = purpose else { return false }
        return try await identities.user(email) != nil
    }

    private func problem(
        in form: Form,
        for purpose: OneTimeLink.Purpose
    ) async throws -> String? {
        let email: Email
        switch purpose {
        case .setUp:
            guard let chosen = Email(Text(form.text("email"))) else {
                return "That is no e-mail address."
            }
            if let problem = NameRule.problem(with: Text(form.text("account_name"))) {
                return "The company's name \(problem)."
            }
            email = chosen
        case .invitation(let invited, _, _): email = invited
        case .passwordReset, .signIn: return nil
        }
        guard try await !isKnown(purpose) else { return nil }
        guard (1...IdentityDesk.nameLimitScalars).contains(Text(form.text("name")).scalarCount)
        else { return Self.nameRule }
        return PasswordProblem(Text(form["password"] ?? ""), of: email)?.sentence
    }

    /// The account that a set-up makes; nil for what is about another one.
    private func account(
        for purpose: OneTimeLink.Purpose,
        _ form: Form,
        _ call: APICall
    ) async throws -> AccountID? {
        guard case .setUp = purpose else { return nil }
        var random = SystemRandomNumberGenerator()
        guard let account = APIToken.mintAccount(using: &random) else { return nil }
        let created = AccountCreated(
            account: account,
            name: Text(form.text("account_name")),
            isSandbox: false
        )
        _ = try await call.services.change(
            account,
            .createAccount(created),
            by: Author(text: "set_up"),
            for: call
        )
        return account
    }

    private func usedUp() -> APIAnswer {
        answer(
            ProblemPage(
                shell: Shell(title: "This link is used up", self),
                status: 410,
                message: "It was used already, or is too old. Ask for a new one.",
                details: [],
                requestID: nil
            )
        )
    }
}

/// The page behind a one-time link.
struct WelcomePage: PageModel {
    let template = "welcome"
    let shell: Shell
    let status: Int
    let code: String
    let heading: String
    let explanation: String
    let button: String
    let asksAccount: Bool
    let asksEmail: Bool
    let asksName: Bool
    let asksPassword: Bool
    let isKnown: Bool
    let accountName: String
    let email: String
    let name: String
    let problem: String?

    init(
        shell: Shell,
        _ purpose: OneTimeLink.Purpose,
        isKnown: Bool,
        code: String,
        _ form: Form,
        _ problem: String?,
        status: Int
    ) {
        self.shell = shell
        self.isKnown = isKnown
        self.code = code
        self.problem = problem
        self.status = status
        accountName = form.text("account_name")
        email = form.text("email")
        name = form.text("name")
        switch purpose {
        case .setUp:
            heading = "Welcome to Assay"
            explanation = "Nobody has signed in here yet. You become the first administrator."
            button = "Begin"
        case .invitation(let email, _, let role):
            heading = "You are invited"
            explanation = "As \(email), with the role \(role.title)."
            button = "Join"
        case .passwordReset:
            heading = "A new password"
            explanation = "All sessions you have elsewhere end."
            button = "Set it"
        case .signIn:
            heading = "Signing in"
            explanation = "This link signs you in, once."
            button = "Sign in"
        }
        let isSetUp = purpose == .setUp
        let isInvitation = if case .invitation = purpose { true } else { false }
        let isSignIn = if case .signIn = purpose { true } else { false }
        asksAccount = isSetUp
        asksEmail = isSetUp
        asksName = isSetUp || isInvitation && !isKnown
        asksPassword = !isSignIn
    }
}
