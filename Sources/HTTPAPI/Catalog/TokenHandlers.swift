// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// API tokens: the secret is in the answer to POST and nowhere else (SPEC 2).
enum TokenHandlers {
    static func list(_ call: APICall) async throws -> APIAnswer {
        let catalog = try call.principal.catalog
        return try call.catalogList(.tokens, { TokenID($0.string) }, { $0.id.text }) { id, limit in
            catalog.tokens(after: id, limit: limit)
        } write: {
            $1.token($0)
        }
    }

    static func get(_ call: APICall) async throws -> APIAnswer {
        let token = try TokenID(call.name.string).flatMap(try call.principal.catalog.token)
        guard let token else { throw APIError.notFound }
        return .object { $0.tokenMembers(token) }
    }

    static func create(_ call: APICall) async throws -> APIAnswer {
        let body = try TokenBody(json: try await call.object())
        var random = SystemRandomNumberGenerator()
        guard let made = APIToken.mint(account: try call.principal.account, using: &random) else {
            throw APIError.internalError
        }
        let created = TokenCreated(
            id: made.id,
            name: body.name,
            prefix: Text(made.prefix),
            secretHash: made.secretHash,
            scopes: body.scopes
        )
        let change = try await call.change(.createToken(created))
        return try change.answer(change.catalog.token(made.id), { $0.created }) {
            $1.tokenMembers($0)
            $1.member("token", made.text)
        }
    }

    static func revoke(_ call: APICall) async throws -> APIAnswer {
        guard let id = TokenID(try call.name.string) else { throw APIError.notFound }
        let change = try await call.change(.revokeToken(id))
        return try change.answer(change.catalog.token(id), { _ in nil }) { $1.tokenMembers($0) }
    }
}

/// What a client says a token shall be: `{"name","scopes":[..]}`.
struct TokenBody {
    let name: Text?
    let scopes: Set<Scope>

    /// - Throws: Every wrong field, unknown ones included.
    init(json object: JSONObject) throws(ValidationFailure) {
        var reader = ObjectReader(object, known: ["name", "scopes"])
        name = reader.text("name")
        if let name, let problem = NameRule.problem(with: name) { reader.fail("name", problem) }
        var scopes: Set<Scope> = []
        for (index, item) in reader.array("scopes", isRequired: true).enumerated() {
            if case .string(let text) = item, let scope = Scope(rawValue: text.string) {
                scopes.insert(scope)
            } else {
                reader.fail("scopes[\(index)]", "must be ingest, read or admin")
            }
        }
        self.scopes = scopes
        try reader.finish()
    }
}
