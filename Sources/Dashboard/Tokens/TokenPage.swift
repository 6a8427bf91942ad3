// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues

/// The list of tokens, and the form that makes one.
struct TokenListPage: PageModel {
    struct Line {
        let id: String
        let name: String
        let prefix: String
        let scopes: [String]
        let isRevoked: Bool
        let createdAt: Instant
        let createdBy: String
        let revokedAt: Instant
        let revokedBy: String
        /// Where it is revoked.
        let path: String

        init(_ token: Token, createdBy: String, revokedBy: String) {
            id = token.id.text.string
            name = token.name?.string ?? ""
            prefix = token.prefix.string
            scopes = token.scopes.sortedNames
            isRevoked = token.isRevoked
            createdAt = Instant(token.created.time)
            self.createdBy = createdBy
            revokedAt = Instant(token.updated.time)
            self.revokedBy = revokedBy
            path = "\(Section.tokens.path)/\(token.id)/revoke"
        }
    }

    struct Choice {
        let name: String
        let meaning: String
        let isChosen: Bool
    }

    let template = "tokens"
    let shell: Shell
    let status: Int
    let isLater: Bool
    let lines: [Line]
    let hasLines: Bool
    let next: String?
    let name: FormField
    let scopes: [Choice]
    let scopeProblem: String?
    let curl: String
}

/// The one page that shows a token.
struct TokenCreatedPage: PageModel {
    let template = "token-created"
    let shell: Shell
    let status = 201
    let name: String
    let secret: String
    let scopes: [String]
    let curl: String
}

/// Asks before a token is revoked.
struct TokenRevokePage: PageModel {
    let template = "token-revoke"
    let shell: Shell
    let line: TokenListPage.Line
    let curl: String
}
