// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import ExactValues

/// An API token: shown once, stored only as a hash (SPEC 2).
///
/// `assay_<account>_<token>_<secret>`: a token tells its account, so that no read has to ask
/// everywhere (SPEC 8).
public struct APIToken: Sendable {
    /// What the client keeps; never stored, never logged.
    public let text: String
    /// The token's public id.
    public let id: TokenID
    /// SHA-256 of `text`.
    public let secretHash: Digest
    /// What lists show.
    public let prefix: String

    /// The number of random bytes in the secret.
    static let secretByteCount = 24

    /// Makes a token for an account.
    public static func mint(
        account: AccountID,
        using random: inout some RandomNumberGenerator
    ) -> APIToken? {
        let name = letters(16, using: &random)
        guard let id = TokenID("tok_" + name) else { return nil }
        let prefix = "assay_\(account.text.string.dropFirst(5))_\(name)"
        let secret = (0..<secretByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = "\(prefix)_\(Hex.encode(secret))"
        return APIToken(
            text: text,
            id: id,
            secretHash: hash(text),
            prefix: prefix
        )
    }

    /// SHA-256 of a token's text.
    public static func hash(_ text: String) -> Digest {
        Digest.sha256(Array(text.utf8))
    }

    /// The account and token a text claims to be of; nil when it is not of the form.
    static func claim(_ text: String) -> (account: AccountID, id: TokenID)? {
        let parts = text.utf8.split(separator: 0x5F, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("assay".utf8) else { return nil }
        guard let account = AccountID("acct_\(Substring(parts[1]))"),
            let id = TokenID("tok_\(Substring(parts[2]))")
        else { return nil }
        return (account, id)
    }

    /// A new account's id.
    public static func mintAccount(using random: inout some RandomNumberGenerator) -> AccountID? {
        AccountID("acct_" + letters(16, using: &random))
    }

    private static func letters(
        _ count: Int,
        using random: inout some RandomNumberGenerator
    ) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return String((0..<count).map { _ in alphabet[Int.random(in: 0..<32, using: &random)] })
    }
}
