// SPDX-License-Identifier: Apache-2.0

/// What came of signing in.
public enum SignInResult: Sendable {
    /// The person is in; the cookie gets the grant's secret.
    case signedIn(SessionGrant)
    /// Address or password is wrong, and it is not said which.
    case refused
    /// Too many tries: the next one is looked at after so many seconds.
    case throttled(seconds: Int)
    /// Too many passwords are being checked: again in a moment.
    case busy
}

/// What came of changing a password.
public enum PasswordChange: Sendable {
    /// It is changed; all other sessions have ended.
    case changed(SessionGrant)
    /// The old password is wrong.
    case refused
    /// The new one is not taken.
    case problem(PasswordProblem)
    /// Too many tries: the next one is looked at after so many seconds.
    case throttled(seconds: Int)
    /// Too many passwords are being checked: again in a moment.
    case busy
}

/// What came of using a link.
public enum AcceptResult: Sendable {
    /// The person is in; the link is used up.
    case signedIn(SessionGrant)
    /// There is no such link, or it has been used, or is too old.
    case linkEnded
    /// The first user has to have an address.
    case emailMissing
    /// A name has 1 to `IdentityDesk.nameLimitScalars` characters and no control characters.
    case nameInvalid
    /// The new password is not taken.
    case problem(PasswordProblem)
    /// Who is invited is a user already, and this is not their password.
    case wrongPassword
    /// Too many tries: the next one is looked at after so many seconds.
    case throttled(seconds: Int)
    /// Too many passwords are being checked: again in a moment.
    case busy
}
