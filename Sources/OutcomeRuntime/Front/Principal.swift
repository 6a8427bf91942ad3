// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import ExactValues

/// Who is asking: a token, what it may do, and its account's catalog at this moment.
public struct Principal: Sendable {
    /// The account; nothing of another is visible.
    public let account: AccountID
    /// The token.
    public let token: TokenID
    /// What the token may do.
    public let scopes: Set<Scope>
    /// The account's catalog at this moment.
    public let catalog: Catalog

    /// Names who is asking.
    public init(account: AccountID, token: TokenID, scopes: Set<Scope>, catalog: Catalog) {
        self.account = account
        self.token = token
        self.scopes = scopes
        self.catalog = catalog
    }

    /// Whether the token has a right; `admin` includes the other two (SPEC 2).
    public func may(_ scope: Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }

    /// The author of what is asked.
    public var author: Author { Author(text: Text(token.description)) }
}
