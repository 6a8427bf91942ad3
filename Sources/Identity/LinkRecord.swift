// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A link as stores keep it: one row.
public struct LinkRecord: Hashable, Sendable {
    /// SHA-256 of the code.
    public var secretHash: Digest
    /// Which kind of link: 0 to 3, in the order of `OneTimeLink.Purpose`.
    public var kind: Int64
    /// Who is invited.
    public var email: Text?
    /// Whose password or session it is about.
    public var user: Int64?
    /// The account, where it is about one.
    public var account: Text?
    /// As what somebody is invited.
    public var role: Text?
    /// When it ends.
    public var expiresAt: Timestamp

    /// Puts together what a row holds.
    public init(
        secretHash: Digest,
        kind: Int64,
        email: Text?,
        user: Int64?,
        account: Text?,
        role: Text?,
        expiresAt: Timestamp
    ) {
        self.secretHash = secretHash
        self.kind = kind
        self.email = email
        self.user = user
        self.account = account
        self.role = role
        self.expiresAt = expiresAt
    }

    /// The row of a link.
    public init(_ link: OneTimeLink) {
        secretHash = link.secretHash
        expiresAt = link.expiresAt
        switch link.purpose {
        case .setUp:
            kind = 0
        case .invitation(let email, let account, let role):
            kind = 1
            self.email = email.text
            self.account = account.text
            self.role = Text(role.rawValue)
        case .passwordReset(let user):
            kind = 2
            self.user = user.number
        case .signIn(let user, let account):
            kind = 3
            self.user = user.number
            self.account = account.text
        }
    }

    /// What the link is about; of links about the same there is one.
    public var subject: Text {
        let parts = [String(kind), account?.string, email?.string, user.map(String.init)]
        return Text(parts.compactMap(\.self).joined(separator: " "))
    }

    /// The link of a row; nil when the row is damaged.
    public var link: OneTimeLink? {
        purpose.map {
            OneTimeLink(secretHash: secretHash, purpose: $0, expiresAt: expiresAt)
        }
    }

    private var purpose: OneTimeLink.Purpose? {
        let account = account.flatMap { AccountID($0.string) }
        let user = user.flatMap { UserID($0) }
        switch kind {
        case 0:
            return .setUp
        case 1:
            guard let email = email.flatMap({ Email($0) }), let account,
                let role = role.flatMap({ Role(rawValue: $0.string) })
            else { return nil }
            return .invitation(email: email, account: account, role: role)
        case 2:
            return user.map { .passwordReset($0) }
        case 3:
            guard let user, let account else { return nil }
            return .signIn(user, account)
        default:
            return nil
        }
    }
}
