// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Why a password is not taken.
public enum PasswordProblem: Hashable, Sendable {
    /// It has fewer characters than a password needs.
    case tooShort
    /// It has more characters than are read.
    case tooLong
    /// Everybody tries it first.
    case tooCommon
    /// It is the person's own address.
    case isEmail

    /// Fewest Unicode scalars of a password.
    public static let leastScalars = 10
    /// Most Unicode scalars of a password.
    public static let mostScalars = 256

    /// What is wrong with a password of somebody with that address; nil when nothing is.
    ///
    /// A password is its bytes: nothing is normalised, cut off or made small.
    public init?(_ password: Text, of email: Email) {
        let count = password.scalarCount
        let small = password.string.lowercased()
        if count < Self.leastScalars {
            self = .tooShort
        } else if count > Self.mostScalars {
            self = .tooLong
        } else if Text(small) == email.text {
            self = .isEmail
        } else if CommonPasswords.include(small) {
            self = .tooCommon
        } else {
            return nil
        }
    }

    /// What a person is told.
    public var sentence: String {
        switch self {
        case .tooShort: "A password needs at least \(Self.leastScalars) characters."
        case .tooLong: "A password has at most \(Self.mostScalars) characters."
        case .tooCommon: "This password is one of the first that anybody would try."
        case .isEmail: "The e-mail address cannot be the password."
        }
    }
}
