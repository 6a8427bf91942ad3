// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// The port to users, their memberships, sessions and one-time links.
///
/// None of it is part of the log: what is secret or personal here can be changed and removed. What
/// users do to an account's catalog is in the log, with their number as author.
public protocol IdentityStore: Sendable {
    // MARK: Users

    /// Whether there is any user at all.
    func hasUsers() async throws(StoreError) -> Bool

    /// Admits a user with a first membership.
    ///
    /// - Returns: Nil when somebody has that address already.
    func createUser(
        _ email: Email,
        name: Text,
        password: PasswordHash,
        account: AccountID,
        role: Role,
        at now: Timestamp
    ) async throws(StoreError) -> User?

    /// A user and what their password is checked against.
    func user(_ email: Email) async throws(StoreError) -> (user: User, password: PasswordHash)?

    /// A user.
    func user(_ id: UserID) async throws(StoreError) -> User?

    /// Sets a password anew and ends all sessions of the user, and their links for a new password.
    ///
    /// - Parameters:
    ///   - password: The new one.
    ///   - old: The one that is kept as yet, as it was when it was checked; nil for whoever has shown
    ///     a link instead.
    ///   - user: Whose it is.
    /// - Returns: False, and nothing is done, when there is no such user any more, or when the
    ///   password has been changed since `old` was read.
    /// - Throws: `StoreError`.
    func setPassword(
        _ password: PasswordHash,
        inPlaceOf old: PasswordHash?,
        of user: UserID
    ) async throws(StoreError) -> Bool

    /// Keeps the same password under a newer hash, unless it has been changed meanwhile.
    func renewPassword(
        _ password: PasswordHash,
        in place: PasswordHash,
        of user: UserID
    ) async throws(StoreError)

    // MARK: Memberships

    /// The members of an account by number, at most `limit` after `user`.
    func members(
        of account: AccountID,
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [Membership]

    /// What a user is in an account; nil when they do not belong to it.
    func membership(of user: UserID, in account: AccountID) async throws(StoreError) -> Membership?

    /// The accounts of a user, in the order of their ids.
    func memberships(of user: UserID) async throws(StoreError) -> [Membership]

    /// Makes a user a member; who is one already stays what they are.
    ///
    /// - Returns: False when there is no such user any more.
    func addMember(
        _ user: UserID,
        to account: AccountID,
        as role: Role,
        at now: Timestamp
    ) async throws(StoreError) -> Bool

    /// Gives a member another role; with less than `admin` the account's open invitations end, for
    /// whoever loses that right may have made them.
    func setRole(
        _ role: Role,
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> RoleChange

    /// Ends a membership, the sessions in that account and its open invitations; a user without a
    /// membership is removed.
    ///
    /// - Returns: False, and nothing is done, when the account would be left without an `admin`.
    func removeMember(_ user: UserID, from account: AccountID) async throws(StoreError) -> Bool

    // MARK: Sessions

    /// Keeps a new session; durable on return. Of more than `SessionLimits.sessionsPerUser` the one
    /// used longest ago goes.
    ///
    /// - Parameters:
    ///   - session: The new one.
    ///   - ground: What it rests on, which has to hold in the transaction that begins it: nobody who
    ///     was on the way in when all sessions were ended is in afterwards.
    ///   - old: What the browser held before; it ends in the same transaction.
    /// - Throws: `.conflict` when the ground does not hold any more, or when the user does not belong
    ///   to the account.
    func createSession(
        _ session: Session,
        on ground: SessionGround,
        replacing old: Digest?
    ) async throws(StoreError)

    /// A session that has not expired, and what its user is in its account now.
    func session(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> (session: Session, membership: Membership)?

    /// Takes note that a session was used.
    func touchSession(_ secretHash: Digest, at now: Timestamp) async throws(StoreError)

    /// Ends a session; again is nothing.
    func endSession(_ secretHash: Digest) async throws(StoreError)

    /// Ends all sessions of a user.
    func endSessions(of user: UserID) async throws(StoreError)

    // MARK: One-time links

    /// Keeps a link by the hash of its secret; older links for the same purpose and address go.
    func createLink(_ link: OneTimeLink) async throws(StoreError)

    /// A link that can still be used.
    func link(_ secretHash: Digest, at now: Timestamp) async throws(StoreError) -> OneTimeLink?

    /// Uses a link up: of racing callers one gets it.
    func takeLink(_ secretHash: Digest, at now: Timestamp) async throws(StoreError) -> OneTimeLink?

    /// Removes expired sessions and links, at most `limit` of each.
    func sweepExpired(at now: Timestamp, limit: Int) async throws(StoreError)

    // MARK: Copies

    /// Users by number with what their passwords are checked against, at most `limit` after `user`.
    func users(
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [(user: User, password: PasswordHash)]

    /// Takes over a user of another store under the same number, with their memberships; again is
    /// nothing.
    func copyUser(
        _ user: User,
        password: PasswordHash,
        memberships: [Membership]
    ) async throws(StoreError)
}
