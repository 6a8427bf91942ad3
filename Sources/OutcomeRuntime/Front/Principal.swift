// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import ExactValues

/// Who is asking: a token or a user, what they may do, and their account's catalog at this moment.
public struct Principal: Sendable {
    /// What stands behind a request.
    public enum Holder: Hashable, Sendable {
        /// An API token.
        case token(TokenID)
        /// A user who has signed in, by their number (SPEC 7).
        case user(Int64)
        /// An internal service with its key, which records delivered value and nothing else (SPEC 7).
        case internalService
    }

    /// The account; nothing of another is visible.
    public let account: AccountID
    /// Who it is.
    public let holder: Holder
    /// What they may do.
    public let scopes: Set<Scope>
    /// The account's catalog at this moment.
    public let catalog: Catalog

    /// Names who is asking.
    public init(account: AccountID, holder: Holder, scopes: Set<Scope>, catalog: Catalog) {
        self.account = account
        self.holder = holder
        self.scopes = scopes
        self.catalog = catalog
    }

    /// Names a token.
    public init(account: AccountID, token: TokenID, scopes: Set<Scope>, catalog: Catalog) {
        self.init(account: account, holder: .token(token), scopes: scopes, catalog: catalog)
    }

    /// Names a user who has signed in.
    public init(account: AccountID, user: Int64, scopes: Set<Scope>, catalog: Catalog) {
        self.init(account: account, holder: .user(user), scopes: scopes, catalog: catalog)
    }

    /// Names an internal service, which has no rights.
    public init(internalServiceOf account: AccountID, catalog: Catalog) {
        self.init(account: account, holder: .internalService, scopes: [], catalog: catalog)
    }

    /// The user who has signed in; nil for anybody else.
    public var user: Int64? {
        if case .user(let number) = holder { number } else { nil }
    }

    /// Whether there is a right; `admin` includes the other two (SPEC 2).
    public func may(_ scope: Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }

    /// The author of what is asked.
    public var author: Author {
        switch holder {
        case .token(let token): Author(text: Text(token.description))
        case .user(let number): Author(text: Text("user_\(number)"))
        case .internalService: Author(text: "internal")
        }
    }
}
