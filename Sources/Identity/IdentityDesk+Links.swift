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
    ///   - old: What the browser held before, which ends: no session outlives signing in.
    /// - Returns: What came of it.
    /// - Throws: `StoreError`.
    public func accept(
        code: String,
        email: Email?,
        name: Text,
        password: Text,
        account: AccountID?,
        from address: String,
        replacing old: SessionSecret? = nil
    ) async throws(StoreError) -> AcceptResult {
        guard let link = try await link(code) else { return .linkEnded }
        let entry: Entry
        switch link.purpose {
        case .setUp:
            guard let email, let account else { return .emailMissing }
            entry = try await admit(email, name, password, account, .admin, link)
        case .invitation(let email, let account, let role):
            if let known = try await store.user(email)?.user {
                entry = try await join(known, password, account, role, link, from: address)
            } else {
                entry = try await admit(email, name, password, account, role, link)
            }
        case .passwordReset(let user):
            entry = try await reset(user, password, link)
        case .signIn(let user, let account):
            entry =
                try await take(link)
                ? Entry(try await store.membership(of: user, in: account), on: .link)
                : .refused(.linkEnded)
        }
        switch entry {
        case .refused(let result): return result
        case .member(let membership, let ground):
            let grant = try await grant(membership, on: ground, replacing: old)
            return grant.map { .signedIn($0) } ?? .linkEnded
        }
    }

    /// How far a link has led.
    private enum Entry {
        /// Somebody may come in, once what they show still holds.
        case member(Membership, SessionGround)
        case refused(AcceptResult)

        init(_ membership: Membership?, on ground: SessionGround) {
            self = membership.map { .member($0, ground) } ?? .refused(.linkEnded)
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
    ) async throws(StoreError) -> Entry {
        guard (1...Self.nameLimitScalars).contains(name.scalarCount), !name.hasControlCharacter
        else { return .refused(.nameInvalid) }
        if let problem = PasswordProblem(password, of: email) {
            return .refused(.problem(problem))
        }
        guard let hash = await bench.hash(password) else { return .refused(.busy) }
        guard try await take(link) else { return .refused(.linkEnded) }
        defer { drop() }
        let user = try await store.createUser(
            email,
            name: name,
            password: hash,
            account: account,
            role: role,
            at: now()
        )
        guard let user else { return .refused(.linkEnded) }
        return Entry(try await store.membership(of: user.id, in: account), on: .password(hash))
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
    ) async throws(StoreError) -> Entry {
        let hash: PasswordHash
        switch try await authenticate(user.email, password, from: address) {
        case .user(_, let checked): hash = checked
        case .wrong: return .refused(.wrongPassword)
        case .throttled(let seconds): return .refused(.throttled(seconds: seconds))
        case .busy: return .refused(.busy)
        }
        guard try await take(link) else { return .refused(.linkEnded) }
        guard try await addMember(user.id, to: account, as: role) else {
            return .refused(.linkEnded)
        }
        return Entry(try await store.membership(of: user.id, in: account), on: .password(hash))
    }

    /// Sets a new password, in the first of the person's accounts.
    private func reset(
        _ id: UserID,
        _ password: Text,
        _ link: OneTimeLink
    ) async throws(StoreError) -> Entry {
        guard let user = try await store.user(id) else { return .refused(.linkEnded) }
        if let problem = PasswordProblem(password, of: user.email) {
            return .refused(.problem(problem))
        }
        guard let hash = await bench.hash(password) else { return .refused(.busy) }
        guard try await take(link) else { return .refused(.linkEnded) }
        defer { drop() }
        guard try await store.setPassword(hash, inPlaceOf: nil, of: id) else {
            return .refused(.linkEnded)
        }
        return Entry(try await store.memberships(of: id).first, on: .password(hash))
    }

    private func take(_ link: OneTimeLink) async throws(StoreError) -> Bool {
        try await store.takeLink(link.secretHash, at: now()) != nil
    }
}
