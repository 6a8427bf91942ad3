// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Names a user, in the whole store: an integer from 1 on, as `user_id` is one (SPEC 7).
public struct UserID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number.
    public let number: Int64

    /// Names a user; nil below 1.
    public init?(_ number: Int64) {
        guard number >= 1 else { return nil }
        self.number = number
    }

    /// The number in digits.
    public var description: String { String(number) }

    /// By number.
    public static func < (left: UserID, right: UserID) -> Bool { left.number < right.number }
}

/// A person who can sign in.
public struct User: Hashable, Sendable {
    /// The user.
    public let id: UserID
    /// Where they are reached, and what they sign in with.
    public let email: Email
    /// What they are called.
    public let name: Text
    /// When they were admitted first.
    public let createdAt: Timestamp

    /// Puts a user together.
    public init(id: UserID, email: Email, name: Text, createdAt: Timestamp) {
        self.id = id
        self.email = email
        self.name = name
        self.createdAt = createdAt
    }
}

/// What came of giving a member another role.
public enum RoleChange: Hashable, Sendable {
    /// They have it.
    case done
    /// Nothing is done: the account would be left without an `admin`.
    case soleAdmin
    /// Nothing is done: they do not belong to the account any more.
    case noMember
}

/// That a user belongs to an account, and as what.
public struct Membership: Hashable, Sendable {
    /// The user.
    public let user: User
    /// The account.
    public let account: AccountID
    /// What they may do there.
    public let role: Role
    /// Since when.
    public let since: Timestamp

    /// Puts a membership together.
    public init(user: User, account: AccountID, role: Role, since: Timestamp) {
        self.user = user
        self.account = account
        self.role = role
        self.since = since
    }
}
