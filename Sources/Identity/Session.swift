// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// That somebody has signed in, as it is kept: by the hash of what their browser holds.
public struct Session: Hashable, Sendable {
    /// SHA-256 of the cookie's value, which is stored nowhere.
    public let secretHash: Digest
    /// Who has signed in.
    public let user: UserID
    /// The account they look at; they may belong to several.
    public let account: AccountID
    /// When they signed in.
    public let createdAt: Timestamp
    /// When it was last used, to within `SessionLimits.touchSeconds`.
    public let usedAt: Timestamp

    /// Puts a session together.
    public init(
        secretHash: Digest,
        user: UserID,
        account: AccountID,
        createdAt: Timestamp,
        usedAt: Timestamp
    ) {
        self.secretHash = secretHash
        self.user = user
        self.account = account
        self.createdAt = createdAt
        self.usedAt = usedAt
    }

    /// Whether it has ended by itself.
    public func hasExpired(at now: Timestamp) -> Bool {
        usedAt.adding(seconds: Int64(SessionLimits.idleSeconds)) <= now
            || createdAt.adding(seconds: Int64(SessionLimits.lifetimeSeconds)) <= now
    }
}

/// What a new session rests on.
public enum SessionGround: Hashable, Sendable {
    /// The user's password, as it was kept when it was checked.
    case password(PasswordHash)
    /// An earlier session of the same user, by the hash of its secret; the new one takes its place.
    case session(Digest)
    /// A one-time link that was taken.
    case link
}

/// How long sessions last.
public enum SessionLimits {
    /// A session that is not used for so long has ended: 12 hours.
    public static let idleSeconds = 43_200
    /// A session ends after so long however much it is used: 7 days.
    public static let lifetimeSeconds = 604_800
    /// The use of a session is written down at most this often.
    public static let touchSeconds = 60
    /// Most sessions of one user at a time; the one used longest ago goes.
    public static let sessionsPerUser = 20
    /// How long a link to set a password with is good: one day.
    public static let linkSeconds = 86_400
}
