// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import Identity

/// Whatever changes what a user has takes the lock of their row first, then that of the admins of an
/// account, by number, then the rest: no two of them wait for each other.
extension PostgresStore: IdentityStore {
    // MARK: Users

    /// Whether there is any user at all.
    public func hasUsers() async throws(StoreError) -> Bool {
        try await pool.use { try UserStatements.hasUsers($0) }
    }

    /// Admits a user with a first membership; nil when somebody has that address already.
    public func createUser(
        _ email: Email,
        name: Text,
        password: PasswordHash,
        account: AccountID,
        role: Role,
        at now: Timestamp
    ) async throws(StoreError) -> User? {
        try await transaction(isRepeatable: false) { connection in
            let user = try UserStatements.insert(email, name, password, at: now, connection)
            guard let user else { return nil }
            try UserStatements.add(user.id, to: account, as: role, at: now, connection)
            return user
        }
    }

    /// A user and what their password is checked against.
    public func user(
        _ email: Email
    ) async throws(StoreError) -> (user: User, password: PasswordHash)? {
        try await pool.use { try UserStatements.user(email, $0) }
    }

    /// A user.
    public func user(_ id: UserID) async throws(StoreError) -> User? {
        try await pool.use { try UserStatements.user(id, $0) }
    }

    /// Sets a password anew and ends all sessions of the user, and their links.
    public func setPassword(
        _ password: PasswordHash,
        inPlaceOf old: PasswordHash?,
        of user: UserID
    ) async throws(StoreError) -> Bool {
        try await transaction { connection in
            // An attempt whose answer was lost has left `password` itself.
            guard let kept = try UserStatements.lock(user, connection),
                old == nil || old == kept || kept == password
            else { return false }
            try UserStatements.set(password, of: user, connection)
            try SessionStatements.endAll(of: user, connection)
            try SessionStatements.removeLinks(of: user, connection)
            return true
        }
    }

    /// Keeps the same password under a newer hash, unless it has been changed meanwhile.
    public func renewPassword(
        _ password: PasswordHash,
        in place: PasswordHash,
        of user: UserID
    ) async throws(StoreError) {
        try await pool.use { try UserStatements.renew(password, in: place, of: user, $0) }
    }

    // MARK: Memberships

    /// The members of an account by number, at most `limit` after `user`.
    public func members(
        of account: AccountID,
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [Membership] {
        try await pool.use {
            try UserStatements.members(of: account, after: user, limit: limit, $0)
        }
    }

    /// What a user is in an account; nil when they do not belong to it.
    public func membership(
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> Membership? {
        try await pool.use { try UserStatements.membership(of: user, in: account, $0) }
    }

    /// The accounts of a user, in the order of their ids.
    public func memberships(of user: UserID) async throws(StoreError) -> [Membership] {
        try await pool.use { try UserStatements.memberships(of: user, $0) }
    }

    /// Makes a user a member; who is one already stays what they are.
    public func addMember(
        _ user: UserID,
        to account: AccountID,
        as role: Role,
        at now: Timestamp
    ) async throws(StoreError) -> Bool {
        try await transaction { connection in
            guard try UserStatements.lock(user, connection) != nil else { return false }
            try UserStatements.add(user, to: account, as: role, at: now, connection)
            return true
        }
    }

    /// Gives a member another role; with less than `admin` the account's open invitations end.
    public func setRole(
        _ role: Role,
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> RoleChange {
        try await transaction { connection in
            guard try UserStatements.lock(user, connection) != nil else { return .noMember }
            if role != .admin {
                guard try !UserStatements.isSoleAdmin(user, of: account, connection) else {
                    return .soleAdmin
                }
            }
            guard try UserStatements.set(role, of: user, in: account, connection) else {
                return .noMember
            }
            if role != .admin {
                try SessionStatements.removeInvitations(to: account, connection)
            }
            return .done
        }
    }

    /// Ends a membership, its sessions and the account's open invitations; a user without a
    /// membership is removed.
    public func removeMember(
        _ user: UserID,
        from account: AccountID
    ) async throws(StoreError) -> Bool {
        try await transaction { connection in
            guard try UserStatements.lock(user, connection) != nil else { return true }
            guard try !UserStatements.isSoleAdmin(user, of: account, connection) else {
                return false
            }
            try UserStatements.remove(user, from: account, connection)
            try SessionStatements.removeInvitations(to: account, connection)
            try UserStatements.removeUnlessMember(user, connection)
            return true
        }
    }

    // MARK: Sessions

    /// Keeps a new session where its ground holds; `replacing` ends in the same transaction.
    public func createSession(
        _ session: Session,
        on ground: SessionGround,
        replacing old: Digest?
    ) async throws(StoreError) {
        try await transaction { connection in
            guard let kept = try UserStatements.lock(session.user, connection) else {
                throw StoreError(.conflict, detail: "a session's user is gone")
            }
            // It is there where the answer of an earlier attempt was lost.
            guard try SessionStatements.insert(session, connection) else { return }
            let holds =
                switch ground {
                case .password(let hash): kept == hash
                case .session(let earlier): try SessionStatements.end(earlier, connection)
                case .link: true
                }
            guard holds else {
                throw StoreError(.conflict, detail: "what a session rests on was changed")
            }
            if let old { try SessionStatements.end(old, connection) }
            try SessionStatements.endSurplus(of: session.user, connection)
        }
    }

    /// A session that has not expired, and what its user is in its account now.
    public func session(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> (session: Session, membership: Membership)? {
        let found = try await pool.use { try SessionStatements.session(secretHash, $0) }
        guard let found, !found.session.hasExpired(at: now) else { return nil }
        return found
    }

    /// Takes note that a session was used.
    public func touchSession(_ secretHash: Digest, at now: Timestamp) async throws(StoreError) {
        try await pool.use { try SessionStatements.touch(secretHash, at: now, $0) }
    }

    /// Ends a session; again is nothing.
    public func endSession(_ secretHash: Digest) async throws(StoreError) {
        try await pool.use { _ = try SessionStatements.end(secretHash, $0) }
    }

    /// Ends all sessions of a user.
    public func endSessions(of user: UserID) async throws(StoreError) {
        try await transaction { connection in
            guard try UserStatements.lock(user, connection) != nil else { return }
            try SessionStatements.endAll(of: user, connection)
        }
    }

    // MARK: One-time links

    /// Keeps a link by the hash of its secret; older links for the same purpose and address go.
    public func createLink(_ link: OneTimeLink) async throws(StoreError) {
        try await pool.use { try SessionStatements.insert(LinkRecord(link), $0) }
    }

    /// A link that can still be used.
    public func link(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> OneTimeLink? {
        try await pool.use {
            try SessionStatements.link(secretHash, at: now, isTaken: false, $0)
        }
    }

    /// Uses a link up: of racing callers one gets it.
    public func takeLink(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> OneTimeLink? {
        try await pool.use(isRepeatable: false) {
            try SessionStatements.link(secretHash, at: now, isTaken: true, $0)
        }
    }

    /// Removes expired sessions and links, at most `limit` of each.
    public func sweepExpired(at now: Timestamp, limit: Int) async throws(StoreError) {
        try await pool.use { try SessionStatements.sweep(at: now, limit: limit, $0) }
    }

    // MARK: Copies

    /// Users by number with what their passwords are checked against.
    public func users(
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [(user: User, password: PasswordHash)] {
        try await pool.use { try UserStatements.page(after: user, limit: limit, $0) }
    }

    /// Takes over a user of another store under the same number; again is nothing.
    public func copyUser(
        _ user: User,
        password: PasswordHash,
        memberships: [Membership]
    ) async throws(StoreError) {
        try await transaction { connection in
            try UserStatements.copy(user, password, connection)
            for membership in memberships {
                try UserStatements.add(
                    user.id,
                    to: membership.account,
                    as: membership.role,
                    at: membership.since,
                    connection
                )
            }
        }
    }

    /// Runs `work` as one transaction.
    private func transaction<Value: Sendable>(
        isRepeatable: Bool = true,
        _ work: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        try await pool.use(isRepeatable: isRepeatable) { connection in
            try connection.inTransaction { try work(connection) }
        }
    }
}
