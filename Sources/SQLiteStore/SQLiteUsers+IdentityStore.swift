// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
public import Identity

extension SQLiteUsers: IdentityStore {
    // MARK: Users

    /// Whether there is any user at all.
    public func hasUsers() async throws(StoreError) -> Bool {
        try await read { try UserStatements.hasUsers($0) }
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
        try await write { database in
            let user = try UserStatements.insert(email, name, password, at: now, database)
            guard let user else { return nil }
            try UserStatements.add(user.id, to: account, as: role, at: now, database)
            return user
        }
    }

    /// A user and what their password is checked against.
    public func user(
        _ email: Email
    ) async throws(StoreError) -> (user: User, password: PasswordHash)? {
        try await read { try UserStatements.user(email, $0) }
    }

    /// A user.
    public func user(_ id: UserID) async throws(StoreError) -> User? {
        try await read { try UserStatements.user(id, $0) }
    }

    /// Sets a password anew and ends all sessions of the user, and their links.
    public func setPassword(
        _ password: PasswordHash,
        inPlaceOf old: PasswordHash?,
        of user: UserID
    ) async throws(StoreError) -> Bool {
        try await write { database in
            guard let kept = try UserStatements.password(of: user, database),
                old == nil || old == kept
            else { return false }
            try UserStatements.set(password, of: user, database)
            try SessionStatements.endAll(of: user, database)
            try SessionStatements.removeLinks(of: user, database)
            return true
        }
    }

    /// Keeps the same password under a newer hash, unless it has been changed meanwhile.
    public func renewPassword(
        _ password: PasswordHash,
        in place: PasswordHash,
        of user: UserID
    ) async throws(StoreError) {
        try await write { try UserStatements.renew(password, in: place, of: user, $0) }
    }

    // MARK: Memberships

    /// The members of an account by number, at most `limit` after `user`.
    public func members(
        of account: AccountID,
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [Membership] {
        try await read {
            try UserStatements.members(of: account, after: user, limit: limit, $0)
        }
    }

    /// What a user is in an account; nil when they do not belong to it.
    public func membership(
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> Membership? {
        try await read { try UserStatements.membership(of: user, in: account, $0) }
    }

    /// The accounts of a user, in the order of their ids.
    public func memberships(of user: UserID) async throws(StoreError) -> [Membership] {
        try await read { try UserStatements.memberships(of: user, $0) }
    }

    /// Makes a user a member; who is one already stays what they are.
    public func addMember(
        _ user: UserID,
        to account: AccountID,
        as role: Role,
        at now: Timestamp
    ) async throws(StoreError) -> Bool {
        try await write { database in
            guard try UserStatements.user(user, database) != nil else { return false }
            try UserStatements.add(user, to: account, as: role, at: now, database)
            return true
        }
    }

    /// Gives a member another role; with less than `admin` the account's open invitations end.
    public func setRole(
        _ role: Role,
        of user: UserID,
        in account: AccountID
    ) async throws(StoreError) -> RoleChange {
        try await write { database in
            if role != .admin {
                guard try !UserStatements.isSoleAdmin(user, of: account, database) else {
                    return .soleAdmin
                }
            }
            guard try UserStatements.set(role, of: user, in: account, database) else {
                return .noMember
            }
            if role != .admin { try SessionStatements.removeInvitations(to: account, database) }
            return .done
        }
    }

    /// Ends a membership, its sessions and the account's open invitations; a user without a
    /// membership is removed.
    public func removeMember(
        _ user: UserID,
        from account: AccountID
    ) async throws(StoreError) -> Bool {
        try await write { database in
            guard try !UserStatements.isSoleAdmin(user, of: account, database) else {
                return false
            }
            try UserStatements.remove(user, from: account, database)
            try SessionStatements.removeInvitations(to: account, database)
            try UserStatements.removeUnlessMember(user, database)
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
        try await write { database in
            let holds =
                switch ground {
                case .password(let hash):
                    try UserStatements.password(of: session.user, database) == hash
                case .session(let earlier): try SessionStatements.end(earlier, database)
                case .link: true
                }
            guard holds else {
                throw StoreError(.conflict, detail: "what a session rests on was changed")
            }
            if let old { try SessionStatements.end(old, database) }
            try SessionStatements.insert(session, database)
            try SessionStatements.endSurplus(of: session.user, database)
        }
    }

    /// A session that has not expired, and what its user is in its account now.
    public func session(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> (session: Session, membership: Membership)? {
        let found = try await read { try SessionStatements.session(secretHash, $0) }
        guard let found, !found.session.hasExpired(at: now) else { return nil }
        return found
    }

    /// Takes note that a session was used.
    public func touchSession(_ secretHash: Digest, at now: Timestamp) async throws(StoreError) {
        try await write { try SessionStatements.touch(secretHash, at: now, $0) }
    }

    /// Ends a session; again is nothing.
    public func endSession(_ secretHash: Digest) async throws(StoreError) {
        try await write { _ = try SessionStatements.end(secretHash, $0) }
    }

    /// Ends all sessions of a user.
    public func endSessions(of user: UserID) async throws(StoreError) {
        try await write { try SessionStatements.endAll(of: user, $0) }
    }

    // MARK: One-time links

    /// Keeps a link by the hash of its secret; older links for the same purpose and address go.
    public func createLink(_ link: OneTimeLink) async throws(StoreError) {
        try await write { try SessionStatements.insert(LinkRecord(link), $0) }
    }

    /// A link that can still be used.
    public func link(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> OneTimeLink? {
        try await read {
            try SessionStatements.link(secretHash, at: now, isTaken: false, $0)
        }
    }

    /// Uses a link up: of racing callers one gets it.
    public func takeLink(
        _ secretHash: Digest,
        at now: Timestamp
    ) async throws(StoreError) -> OneTimeLink? {
        try await write {
            try SessionStatements.link(secretHash, at: now, isTaken: true, $0)
        }
    }

    /// Removes expired sessions and links, at most `limit` of each.
    public func sweepExpired(at now: Timestamp, limit: Int) async throws(StoreError) {
        try await write { try SessionStatements.sweep(at: now, limit: limit, $0) }
    }

    // MARK: Copies

    /// Users by number with what their passwords are checked against.
    public func users(
        after user: UserID?,
        limit: Int
    ) async throws(StoreError) -> [(user: User, password: PasswordHash)] {
        try await read { try UserStatements.page(after: user, limit: limit, $0) }
    }

    /// Takes over a user of another store under the same number; again is nothing.
    public func copyUser(
        _ user: User,
        password: PasswordHash,
        memberships: [Membership]
    ) async throws(StoreError) {
        try await write { database in
            try UserStatements.copy(user, password, database)
            for membership in memberships {
                try UserStatements.add(
                    user.id,
                    to: membership.account,
                    as: membership.role,
                    at: membership.since,
                    database
                )
            }
        }
    }
}
