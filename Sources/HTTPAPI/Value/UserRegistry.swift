// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// What the API of delivered value asks about users and sessions (SPEC 7).
public protocol UserRegistry: Sendable {
    /// Whether a user belongs to an account.
    func isMember(_ user: Int64, of account: AccountID) async throws(StoreError) -> Bool

    /// Who has signed in with the cookies of a request; nil when nobody has.
    func sessionUser(_ cookies: String) async throws(StoreError) -> SessionUser?
}

/// Somebody who has signed in, looking at an account.
public struct SessionUser: Hashable, Sendable {
    /// The user's number.
    public let number: Int64
    /// The account they look at.
    public let account: AccountID

    /// Names somebody.
    public init(number: Int64, account: AccountID) {
        self.number = number
        self.account = account
    }
}
