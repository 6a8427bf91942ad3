// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A link that can be used once, to set a password with: as it is kept.
public struct OneTimeLink: Hashable, Sendable {
    /// What a link is good for.
    public enum Purpose: Hashable, Sendable {
        /// The very first user of a store makes themselves, and an account to be `admin` of.
        case setUp
        /// Somebody joins an account.
        case invitation(email: Email, account: AccountID, role: Role)
        /// A user sets a new password.
        case passwordReset(UserID)
        /// A user is signed in without a password: `assay demo`.
        case signIn(UserID, AccountID)
    }

    /// SHA-256 of the code in the link, which is stored nowhere.
    public let secretHash: Digest
    /// What it is good for.
    public let purpose: Purpose
    /// When it is no longer.
    public let expiresAt: Timestamp

    /// Puts a link together.
    public init(secretHash: Digest, purpose: Purpose, expiresAt: Timestamp) {
        self.secretHash = secretHash
        self.purpose = purpose
        self.expiresAt = expiresAt
    }
}

extension OneTimeLink {
    /// What the code of a link is kept under; nil when no code is written like that.
    public static func hash(of code: String) -> Digest? { SessionSecret(code)?.hash }
}
