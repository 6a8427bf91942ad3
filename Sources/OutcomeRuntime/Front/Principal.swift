// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import ExactValues

/// Who is asking, what they may do, and their account's catalog at this moment.
public struct Principal: Sendable {
    /// The account; nothing of another is visible.
    public let account: AccountID
    /// The token; nil for who asks by other means.
    public let token: TokenID?
    /// The author of what is asked.
    public let author: Author
    /// What they may do.
    public let scopes: Set<Scope>
    /// The account's catalog at this moment.
    public let catalog: Catalog

    /// Names who is asking with a token.
    public init(account: AccountID, token: TokenID, scopes: Set<Scope>, catalog: Catalog) {
        self.account = account
        self.token = token
        author = Author(text: Text(token.description))
        self.scopes = scopes
        self.catalog = catalog
    }

    /// Names who is asking by other means than a token: nothing in the catalog revokes it.
    public init(account: AccountID, author: Author, scopes: Set<Scope>, catalog: Catalog) {
        self.account = account
        token = nil
        self.author = author
        self.scopes = scopes
        self.catalog = catalog
    }

    /// The same, with the same rights, and another state of the catalog in view.
    public func seeing(_ catalog: Catalog) -> Principal {
        guard let token else {
            return Principal(account: account, author: author, scopes: scopes, catalog: catalog)
        }
        return Principal(account: account, token: token, scopes: scopes, catalog: catalog)
    }

    /// The same by another state of the catalog; nil when the token is revoked there.
    func renewed(by catalog: Catalog) -> Principal? {
        guard let token else { return seeing(catalog) }
        guard let stored = catalog.token(token), !stored.isRevoked else { return nil }
        return Principal(
            account: account,
            token: token,
            scopes: stored.scopes,
            catalog: catalog
        )
    }

    /// Whether they have a right; `admin` includes the other two (SPEC 2).
    public func may(_ scope: Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }
}
