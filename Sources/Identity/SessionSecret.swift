// SPDX-License-Identifier: Apache-2.0

import Crypto
public import ExactValues

/// What a browser holds to be known again: 32 random bytes in a cookie, kept nowhere else.
public struct SessionSecret: Hashable, Sendable {
    /// The cookie's value: 43 characters of Base64URL.
    public let text: String

    /// Makes a new one.
    init() { text = Base64URL.encode(ExactValues.Digest.random().bytes) }

    /// Reads a cookie's value; nil when no secret is written like that.
    public init?(_ text: String) {
        guard text.utf8.count == Self.textByteCount, Base64URL.decode(text) != nil else {
            return nil
        }
        self.text = text
    }

    /// The length of the text in bytes.
    static let textByteCount = 43

    /// What the session is kept under: SHA-256 of the text.
    public var hash: ExactValues.Digest { ExactValues.Digest.sha256(Array(text.utf8)) }

    /// What a form carries to show that it comes from a page of the session's.
    ///
    /// HMAC-SHA-256 under the secret, in Base64URL: it says nothing of the secret, and goes with it.
    public var formToken: String { Base64URL.encode(formCode) }

    /// Whether a form's token is this session's; compared in constant time.
    public func accepts(formToken: String) -> Bool {
        guard formToken.utf8.count == Self.textByteCount else { return false }
        return ConstantTime.areEqual(Array(formToken.utf8), Array(self.formToken.utf8))
    }

    private var formCode: [UInt8] {
        let key = SymmetricKey(data: Array(text.utf8))
        return Array(
            HMAC<SHA256>.authenticationCode(for: Array("assay form token 1".utf8), using: key)
        )
    }
}

extension SessionSecret: CustomStringConvertible, CustomReflectable {
    /// Never shows the secret.
    public var description: String { "a session's secret" }

    /// Never shows the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A session that is known, and what its user is in its account now.
public struct SignedIn: Sendable {
    /// The session.
    public let session: Session
    /// Who it is, in which account, and as what.
    public let membership: Membership

    /// Puts both together.
    public init(session: Session, membership: Membership) {
        self.session = session
        self.membership = membership
    }
}

/// A new session; the only place where its secret is.
public struct SessionGrant: Sendable {
    /// What goes into the cookie.
    public let secret: SessionSecret
    /// The session.
    public let signedIn: SignedIn
}
