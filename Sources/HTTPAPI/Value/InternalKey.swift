// SPDX-License-Identifier: Apache-2.0

public import ExactValues
import Identity

/// The key that internal services record delivered value with, bound to one account (SPEC 7).
///
/// Only its hash is kept.
public struct InternalKey: Sendable {
    /// Fewer characters could be guessed.
    public static let leastCharacters = 16
    /// More would not be read from a header.
    public static let mostCharacters = 256

    /// Whose records it makes.
    public let account: AccountID
    private let hash: Digest

    /// Takes a key; nil when it is too short, too long, or holds anything but visible ASCII.
    public init?(_ key: String, account: AccountID) {
        guard (Self.leastCharacters...Self.mostCharacters).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.account = account
        hash = Digest.sha256(Array(key.utf8))
    }

    /// Whether this is the key.
    ///
    /// Hashes are compared, all bytes of them, so that the time it takes tells nothing.
    func opens(with text: String) -> Bool {
        ConstantTime.areEqual(hash.bytes, Digest.sha256(Array(text.utf8)).bytes)
    }
}
