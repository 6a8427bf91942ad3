// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension IdentityDesk {
    /// Whether there is any user at all.
    public func hasUsers() async throws(StoreError) -> Bool { try await store.hasUsers() }

    /// A user.
    public func user(_ id: UserID) async throws(StoreError) -> User? { try await store.user(id) }

    /// A user by their address.
    public func user(_ email: Email) async throws(StoreError) -> User? {
        try await store.user(email)?.user
    }

    /// The members of an account by number, at most `limit` after `user`.
    public func members(
        of account: AccountID,
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [Membership] {
        try await store.members(of: account, after: user, limit: limit)
    }

    /// The accounts of a user, in the order of their ids.
    public func memberships(of user: UserID) async throws(StoreError) -> [Membership] {
        try await store.memberships(of: user)
    }

    /// What a user is in an account; nil when they do not belong to it.
    public func membership(
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> Membership? {
        try await store.membership(of: user, in: account)
    }

    /// Whether a user belongs to an account.
    public func isMember(
        _ user: UserID,
        of account: AccountID
    ) async throws(StoreError) -> Bool {
        try await store.membership(of: user, in: account) != nil
    }

    /// Makes a user a member; who is one already stays what they are.
    ///
    /// - Returns: False when there is no such user any more.
    public func addMember(
        _ user: UserID,
        to account: AccountID,
        as role: Role
    ) async throws(StoreError) -> Bool {
        defer { drop() }
        return try await store.addMember(user, to: account, as: role, at: now())
    }

    /// Gives a member another role; it holds for their next request here.
    ///
    /// With less than `admin` the account's open invitations end.
    public func setRole(
        _ role: Role,
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> RoleChange {
        defer { drop() }
        return try await store.setRole(role, of: user, in: account)
    }

    /// Ends a membership, the sessions in that account and its open invitations; a user without a
    /// membership is removed.
    ///
    /// - Returns: False, and nothing is done, when the account would be left without an `admin`.
    public func removeMember(
        _ user: UserID,
        from account: AccountID
    ) async throws(StoreError) -> Bool {
        defer { drop() }
        return try await store.removeMember(user, from: account)
    }

    // MARK: Passwords

    /// Changes the password of a person who is signed in, ends all their sessions and begins a new one.
    ///
    /// - Parameters:
    ///   - user: The person.
    ///   - old: Their password up to now: a browser left open is not enough.
    ///   - password: The one they choose.
    ///   - account: The account they look at.
    ///   - address: The client's IP address, by which guesses are counted.
    /// - Returns: What came of it.
    /// - Throws: `StoreError`.
    public func changePassword(
        _ user: UserID,
        from old: Text,
        to password: Text,
        keeping account: AccountID,
        at address: String
    ) async throws(StoreError) -> PasswordChange {
        guard let known = try await store.user(user) else { return .refused }
        if let problem = PasswordProblem(password, of: known.email) { return .problem(problem) }
        let checked: PasswordHash
        switch try await authenticate(known.email, old, from: address) {
        case .user(_, let hash): checked = hash
        case .wrong: return .refused
        case .throttled(let seconds): return .throttled(seconds: seconds)
        case .busy: return .busy
        }
        guard let hash = await bench.hash(password) else { return .busy }
        defer { drop() }
        guard try await store.setPassword(hash, inPlaceOf: checked, of: user),
            let membership = try await store.membership(of: user, in: account),
            let grant = try await grant(membership, on: .password(hash), replacing: nil)
        else { return .refused }
        return .changed(grant)
    }
}
