// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues
import Logging
import Synchronization

/// Who may come in: signs people in and out, and makes users of links.
///
/// Passwords are hashed on threads of its own. Guesses are throttled on each node by itself. What
/// another process changes is seen within `SessionCache.freshSeconds`.
public final class IdentityDesk: Sendable {
    let store: any IdentityStore
    let now: @Sendable () -> Timestamp
    let bench: PasswordBench
    let logger: Logger
    private let guesses = Mutex(Guesses())
    private let cache = Mutex(SessionCache())

    /// A desk over a store of users.
    ///
    /// - Parameters:
    ///   - store: Where users are kept.
    ///   - now: The clock that sessions and links expire by.
    ///   - cost: What a new hash of a password costs.
    public init(
        store: any IdentityStore,
        now: @escaping @Sendable () -> Timestamp,
        cost: PasswordCost = .standard
    ) {
        self.store = store
        self.now = now
        bench = PasswordBench(cost: cost)
        logger = Logger(label: "assay.identity")
    }

    // MARK: Signing in

    /// Signs a person in with their password.
    ///
    /// - Parameters:
    ///   - email: As it was typed.
    ///   - password: As it was typed.
    ///   - address: The client's IP address, by which guesses are counted.
    ///   - old: What the browser held before, which ends: no session outlives signing in.
    ///   - account: Where they go on, if they belong to it; otherwise in the first of their accounts.
    /// - Returns: What came of it. An unknown address takes as long as a wrong password.
    /// - Throws: `StoreError`.
    public func signIn(
        email: Text,
        password: Text,
        from address: String,
        replacing old: SessionSecret?,
        preferring account: AccountID? = nil
    ) async throws(StoreError) -> SignInResult {
        switch try await authenticate(Email(email), password, from: address) {
        case .user(let user, let hash):
            let memberships = try await store.memberships(of: user.id)
            let wanted = memberships.first { $0.account == account }
            guard let membership = wanted ?? memberships.first else { return .refused }
            let grant = try await grant(membership, on: .password(hash), replacing: old)
            // Password or membership were changed meanwhile: the next try is told what holds now.
            guard let grant else { return .busy }
            return .signedIn(grant)
        case .wrong: return .refused
        case .throttled(let seconds): return .throttled(seconds: seconds)
        case .busy: return .busy
        }
    }

    /// What came of checking a password.
    enum Authentication: Sendable {
        /// It is the one; with it the hash that it is kept as.
        case user(User, PasswordHash)
        case wrong
        case throttled(seconds: Int)
        case busy
    }

    /// Checks a password, counting the try.
    func authenticate(
        _ email: Email?,
        _ password: Text,
        from address: String
    ) async throws(StoreError) -> Authentication {
        let place = ClientPlace.of(address)
        let admission = guesses.withLock { [now] in
            $0.begin(email?.text ?? "", from: place, at: now())
        }
        guard case .admitted(let attempt) = admission else {
            guard case .wait(let seconds) = admission else { return .busy }
            return .throttled(seconds: seconds)
        }
        do {
            let known: (user: User, password: PasswordHash)? =
                if let email { try await store.user(email) } else { nil }
            // Longer than a password can be: it is no one's, and not worth reading.
            let isReadable = password.scalarCount <= PasswordProblem.mostScalars
            let verdict = await bench.check(
                isReadable ? password : "",
                against: isReadable ? known?.password : nil
            )
            switch (verdict, known) {
            case (nil, _):
                guesses.withLock { $0.abandoned(attempt) }
                return .busy
            case (.right(let renewed), let known?):
                guesses.withLock { [now] in $0.succeeded(attempt, at: now()) }
                return .user(known.user, await renew(known.password, as: renewed, known.user.id))
            default:
                return .wrong
            }
        } catch {
            guesses.withLock { $0.abandoned(attempt) }
            throw error
        }
    }

    /// Keeps a password under a newer hash, where there is one.
    ///
    /// - Returns: What it is kept as; a store that does not take the newer one is tried again at the
    ///   next sign-in.
    private func renew(
        _ old: PasswordHash,
        as renewed: PasswordHash?,
        _ user: UserID
    ) async -> PasswordHash {
        guard let renewed else { return old }
        do throws(StoreError) {
            try await store.renewPassword(renewed, in: old, of: user)
            return renewed
        } catch {
            logger.warning(
                "a password is not hashed anew",
                metadata: ["reason": "\(error.debugDescription)"]
            )
            return old
        }
    }

    /// Begins a session; nil when its ground does not hold any more, or when the person does not
    /// belong to the account.
    func grant(
        _ membership: Membership,
        on ground: SessionGround,
        replacing old: SessionSecret?
    ) async throws(StoreError) -> SessionGrant? {
        let (secret, time) = (SessionSecret(), now())
        let session = Session(
            secretHash: secret.hash,
            user: membership.user.id,
            account: membership.account,
            createdAt: time,
            usedAt: time
        )
        do {
            try await store.createSession(session, on: ground, replacing: old?.hash)
        } catch {
            guard error.reason == .conflict else { throw error }
            return nil
        }
        drop()
        return SessionGrant(
            secret: secret,
            signedIn: SignedIn(session: session, membership: membership)
        )
    }

    // MARK: Sessions

    /// Whose secret it is; nil when its session has ended, or its user belongs to the account no
    /// longer.
    ///
    /// `isUse`: Whether this counts as use of the session; what an open page does by itself does not.
    public func signedIn(
        _ secret: SessionSecret,
        isUse: Bool = true
    ) async throws(StoreError) -> SignedIn? {
        let (hash, time) = (secret.hash, now())
        let (cached, generation) = cache.withLock { ($0.session(hash, at: time), $0.generation) }
        if let cached, !isUse || !cached.session.isToTouch(at: time) { return cached }
        guard let (session, membership) = try await store.session(hash, at: time) else {
            return nil
        }
        var known = SignedIn(session: session, membership: membership)
        if isUse, session.isToTouch(at: time) {
            try await store.touchSession(hash, at: time)
            known = SignedIn(session: session.used(at: time), membership: membership)
        }
        cache.withLock { [known] in $0.keep(known, readAt: time, in: generation) }
        return known
    }

    /// Ends a session; again is nothing.
    public func signOut(_ secret: SessionSecret) async throws(StoreError) {
        defer { drop() }
        try await store.endSession(secret.hash)
    }

    /// Ends all sessions of a user.
    public func signOutEverywhere(_ user: UserID) async throws(StoreError) {
        defer { drop() }
        try await store.endSessions(of: user)
    }

    /// Goes on in another account of the same person's, under a new secret.
    ///
    /// - Returns: Nil when they do not belong to it, and the old session goes on; nil, too, when that
    ///   has ended meanwhile.
    public func openAccount(
        _ account: AccountID,
        _ signedIn: SignedIn,
        _ secret: SessionSecret
    ) async throws(StoreError) -> SessionGrant? {
        let user = signedIn.session.user
        guard let membership = try await store.membership(of: user, in: account) else {
            return nil
        }
        return try await grant(membership, on: .session(secret.hash), replacing: nil)
    }

    /// Forgets what was read of sessions, after a change.
    func drop() { cache.withLock { $0.drop() } }
}

extension Session {
    /// Whether its use is to be written down again.
    fileprivate func isToTouch(at time: Timestamp) -> Bool {
        usedAt.adding(seconds: Int64(SessionLimits.touchSeconds)) <= time
    }

    /// The same session, used later.
    fileprivate func used(at time: Timestamp) -> Session {
        Session(
            secretHash: secretHash,
            user: user,
            account: account,
            createdAt: createdAt,
            usedAt: time
        )
    }
}
