// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import Identity
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// API tokens: the secret is on the page that answers their making and nowhere else (SPEC 2).
enum TokenPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/tokens", for: .administer, list),
        .post("/dashboard/tokens", for: .administer, create),
        .get("/dashboard/tokens/{id}/revoke", for: .administer, confirm),
        .post("/dashboard/tokens/{id}/revoke", for: .administer, revoke),
    ]

    private static func list(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        return .page(await page(TokenForm(), FormProblems(), call))
    }

    private static func page(
        _ form: TokenForm,
        _ problems: FormProblems,
        _ call: PageCall
    ) async -> TokenListPage {
        let limit = PageLimits.defaultRows
        let place = call.query("from").flatMap { TokenID($0) }
        let found = call.principal.catalog.tokens(after: place, limit: limit + 1)
        var names = AuthorNames(call)
        var lines: [TokenListPage.Line] = []
        for token in found.prefix(limit) {
            lines.append(
                TokenListPage.Line(
                    token,
                    createdBy: await names.name(of: token.created.author),
                    revokedBy: await names.name(of: token.updated.author)
                )
            )
        }
        let more = found.count > limit ? found.dropLast().last : nil
        return TokenListPage(
            shell: Shell(title: "API tokens", section: .tokens, call),
            status: problems.status,
            isLater: place != nil,
            lines: lines,
            hasLines: !lines.isEmpty,
            next: more.map { "\(Section.tokens.path)?from=\($0.id.text)" },
            name: FormField(
                "name",
                "Name",
                value: form.name,
                hint: "What you will know it by: the program that holds it.",
                problem: problems["name"],
                isRequired: false
            ),
            scopes: Scope.allCases.map { scope in
                TokenListPage.Choice(
                    name: scope.rawValue,
                    meaning: scope.meaning,
                    isChosen: form.scopes.contains(scope)
                )
            },
            scopeProblem: problems["scopes"],
            curl: Curl.get("/v1/tokens", at: call.dashboard.publicURL)
        )
    }

    private static func create(_ call: PageCall) async throws -> PageAnswer {
        let form = TokenForm(call.form)
        let name = form.name.isEmpty ? nil : Text(form.name)
        var random = SystemRandomNumberGenerator()
        guard let made = APIToken.mint(account: call.account, using: &random) else {
            throw APIError(.internalError, "No token could be made.")
        }
        let created = TokenCreated(
            id: made.id,
            name: name,
            prefix: Text(made.prefix),
            secretHash: made.secretHash,
            scopes: form.scopes
        )
        do {
            _ = try await call.change(.createToken(created))
        } catch {
            return .page(await page(form, try FormProblems(error), call))
        }
        return .page(
            TokenCreatedPage(
                shell: Shell(title: "The new token", section: .tokens, call),
                name: form.name,
                secret: made.text,
                scopes: form.scopes.sortedNames,
                curl: example(made.text, form.scopes, call)
            )
        )
    }

    /// A call that the new token may make.
    private static func example(_ token: String, _ scopes: Set<Scope>, _ call: PageCall) -> String {
        let reads = !scopes.isDisjoint(with: [.read, .admin])
        let address = Curl.quoted(
            call.dashboard.publicURL + (reads ? "/v1/outcomes" : "/v1/events")
        )
        let body = #"{"key":"ticket-1001","action":"resolved","customer_key":"acme"}"#
        return [
            "ASSAY_TOKEN=\(token)", "curl -H \"Authorization: Bearer $ASSAY_TOKEN\" \\",
            reads ? "  \(address)" : "  --json \(Curl.quoted(body)) \\\n  \(address)",
        ].joined(separator: "\n")
    }

    private static func token(_ call: PageCall) throws -> Token {
        guard let token = TokenID(call.name.string).flatMap(call.principal.catalog.token) else {
            throw APIError.notFound
        }
        return token
    }

    private static func confirm(_ call: PageCall) async throws -> PageAnswer {
        let token = try token(call)
        var names = AuthorNames(call)
        let path = "/v1/tokens/\(token.id)"
        return .page(
            TokenRevokePage(
                shell: Shell(title: "Revoke a token", section: .tokens, call),
                line: TokenListPage.Line(
                    token,
                    createdBy: await names.name(of: token.created.author),
                    revokedBy: await names.name(of: token.updated.author)
                ),
                curl: Curl.remove(path, at: call.dashboard.publicURL)
            )
        )
    }

    private static func revoke(_ call: PageCall) async throws -> PageAnswer {
        let change = try await call.change(.revokeToken(try token(call).id))
        return .done(.revoked, at: Section.tokens.path, after: change.readToken)
    }
}

/// What is typed about a new token.
struct TokenForm: Sendable {
    let name: String
    let scopes: Set<Scope>

    init() { (name, scopes) = ("", []) }

    init(_ form: Form) {
        name = form.text("name")
        scopes = Set(form.all("scopes").compactMap { Scope(rawValue: $0) })
    }
}

extension Scope {
    /// What it lets a program do, for people.
    var meaning: String {
        switch self {
        case .ingest: "post events, and nothing else"
        case .read: "read everything of this account"
        case .admin: "everything, also changing agents, prices and tokens"
        }
    }
}

extension Set<Scope> {
    /// The names in the order of the definition.
    var sortedNames: [String] { Scope.allCases.filter(contains).map(\.rawValue) }
}

extension Curl {
    /// A removal.
    static func remove(_ path: String, at publicURL: String) -> String {
        "curl -X DELETE -H \"Authorization: Bearer $ASSAY_TOKEN\" \\\n  \(quoted(publicURL + path))"
    }
}
