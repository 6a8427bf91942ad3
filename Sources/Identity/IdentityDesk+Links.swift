// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

extension IdentityDesk {
    /// Makes a link, good for `SessionLimits.linkSeconds`; an older one for the same goes.
    ///
    /// - Returns: Its code, which is kept nowhere.
    public func issueLink(
        _ purpose: OneTimeLink.Purpose
    ) async throws(StoreError) -> String {
        let secret = SessionSecret()
        try await store.createLink(
            OneTimeLink(
                secretHash: secret.hash,
                purpose: purpose,
                expiresAt: now().adding(seconds: Int64(SessionLimits.linkSeconds))
            )
        )
        return secret.text
    }

    /// The link of a code, as long as it can be used; it is not used up.
    public func link(_ code: String) async throws(StoreError) -> OneTimeLink? {
        guard let hash = OneTimeLink.hash(of: code) else { return nil }
        let link = try await store.link(hash, at: now())
        guard case .setUp = link?.purpose else { return link }
        return try await store.hasUsers() ? nil : link
    }

    /// Longest name of a user in Unicode scalars.
    public static let nameLimitScalars = 200

    /// Uses a link: nothing is used up before all that was typed is right.
    ///
    /// - Parameters:
    ///   - code: What stands in the link.
    ///   - email: The address of the very first user; otherwise the link knows it.
    ///   - name: What a user who is made is called.
    ///   - password: A new user's or a new password; of an invited person who is a user already, the
    ///     one they have.
    ///   - account: Where the very first user becomes `admin`; otherwise the link knows it.
    ///   - address: The client's IP address, by which guesses are counted.
    /// - Returns: What came of it.
    /// - Throws: `StoreError`.
    public func accept(
        code: String,
        email: Email?,
        name: Text,
        password: Text,
        account: AccountID?,
        from address: String
    ) async throws(StoreError) -> AcceptResult {
        guard let link = try await link(code) else { return .linkEnded }
        switch link.purpose {
        case .setUp:
            guard let email, let account else { return .emailMissing }
            return try await admit(email, name, password, account, .admin, link)
        case .invitation(let email, let account, let role):
            if let known = try await store.user(email)?.user {
                return try await join(known, password, account, role, link, from: address)
            }
            return try await admit(email, name, password, account, role, link)
        case .passwordReset(let user):
            return try await reset(user, password, link)
        case .signIn(let user, let account):
            guard try await take(link),
                let membership = try await store.membership(of: user, in: account)
            else { return .linkEnded }
            return try await begin(membership)
        }
    }

    /// Makes a user.
    private func admit(
        _ email: Email,
        _ name: Text,
        _ password: Text,
        _ account: AccountID,
        _ role: Role,
        _ link: OneTimeLink
    ) async throws(StoreError) -> AcceptResult {
        guard (1...Self.nameLimitScalars).contains(name.scalarCount), !name.hasControlCharacter
        else { return .nameInvalid }
        if let problem = PasswordProblem(password, of: email) { return .problem(problem) }
        guard let hash = await bench.hash(password) else { return .busy }
        guard try await take(link) else { return .linkEnded }
        defer { drop() }
        let user = try await store.createUser(
            email,
            name: name,
            password: hash,
            account: account,
            role: role,
            at: now()
        )
        guard let user, let membership = try await store.membership(of: user.id, in: account)
        else { return .linkEnded }
        return try await begin(membership)
    }

    /// Makes a member of somebody who is a user already and shows that they are it.
    ///
    /// A member stays what they are.
    private func join(
        _ user: User,
        _ password: Text,
        _ account: AccountID,
        _ role: Role,
        _ link: OneTimeLink,
        from address: String
    ) async throws(StoreError) -> AcceptResult {
        switch try await authenticate(user.email, password, from: address) {
        case .user: break
        case .wrong: return .wrongPassword
        case .throttled(let seconds): return .throttled(seconds: seconds)
        case .busy: return .busy
        }
        guard try await take(link) else { return .linkEnded }
        defer { drop() }
        if try await store.membership(of: user.id, in: account) == nil {
            _ = try await store.setRole(role, of: user.id, in: account, at: now())
        }
        guard let membership = try await store.membership(of: user.id, in: account) else {
            return .linkEnded
        }
        return try await begin(membership)
    }

    /// Sets a new password, in the first of the person's accounts.
    private func reset(
        _ id: UserID,
        _ password: Text,
        _ link: OneTimeLink
    ) async throws(StoreError) -> AcceptResult {
        guard let user = try await store.user(id) else { return .linkEnded }
        if let problem = PasswordProblem(password, of: user.email) { return .problem(problem) }
        guard let hash = await bench.hash(password) else { return .busy }
        guard try await take(link) else { return .linkEnded }
        defer { drop() }
        guard try await store.setPassword(hash, of: id),
            let membership = try await store.memberships(of: id).first
        else { return .linkEnded }
        return try await begin(membership)
    }

    private func take(_ link: OneTimeLink) async throws(StoreError) -> Bool {
        try await store.takeLink(link.secretHash, at: now()) != nil
    }

    private func begin(_ membership: Membership) async throws(StoreError) -> AcceptResult {
        guard let grant = try await grant(membership, replacing: nil) else { return .linkEnded }
        return .signedIn(grant)
    }
}
