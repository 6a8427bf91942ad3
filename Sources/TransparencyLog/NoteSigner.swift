// SPDX-License-Identifier: Apache-2.0

import Crypto
import ExactValues

/// A private key that signs notes by a name.
public struct NoteSigner: Sendable {
    /// The public half.
    public let verifierKey: VerifierKey
    private let key: Curve25519.Signing.PrivateKey

    private init?(name: String, key: Curve25519.Signing.PrivateKey) {
        guard
            let verifierKey = VerifierKey(
                name: name,
                publicKey: Array(key.publicKey.rawRepresentation)
            )
        else { return nil }
        self.verifierKey = verifierKey
        self.key = key
    }

    /// A new key from the system's random number generator; nil when the name may not stand in a
    /// note.
    public static func generate(name: String) -> NoteSigner? {
        NoteSigner(name: name, key: Curve25519.Signing.PrivateKey())
    }

    // MARK: The private form

    private static let mark = "PRIVATE+KEY+"

    /// Reads what `privateText` wrote; nil for anything else.
    public init?(privateText: String) {
        guard privateText.utf8.starts(with: Self.mark.utf8) else { return nil }
        let words = privateText.utf8.dropFirst(Self.mark.utf8.count).split(
            separator: 0x2B,
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard words.count == 3,
            let decoded = Base64.decode(String(decoding: Array(words[2]), as: UTF8.self)),
            decoded.first == VerifierKey.algorithm,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: decoded.dropFirst())
        else { return nil }
        self.init(name: String(decoding: Array(words[0]), as: UTF8.self), key: key)
        guard self.privateText.utf8.elementsEqual(privateText.utf8) else { return nil }
    }

    /// The key as text, in the form Go's signed notes have it; whoever reads it can sign.
    public var privateText: String {
        let bytes = [VerifierKey.algorithm] + Array(key.rawRepresentation)
        return "\(Self.mark)\(verifierKey.name)+\(verifierKey.id)+\(Base64.encode(bytes))"
    }

    // MARK: Signing

    /// Signs a text, which has to end in a newline and not in two.
    ///
    /// - Throws: `NoteError.malformed` when it does not.
    public func sign(_ text: String) throws(NoteError) -> SignedNote {
        try Self.sign(text, by: [self])
    }

    /// Signs a text with several keys, in their order.
    ///
    /// - Throws: `NoteError.malformed` when the text is none that can be signed.
    public static func sign(
        _ text: String,
        by signers: [NoteSigner]
    ) throws(NoteError) -> SignedNote {
        let bytes = Array(text.utf8)
        guard bytes.count > 1, bytes.last == 0x0A, bytes.dropLast().last != 0x0A else {
            throw .malformed("text")
        }
        var signatures: [NoteSignature] = []
        for signer in signers {
            guard let signature = try? signer.key.signature(for: bytes) else {
                throw .malformed("text")
            }
            signatures.append(
                NoteSignature(
                    name: signer.verifierKey.name,
                    keyHash: signer.verifierKey.keyHash,
                    signature: Array(signature)
                )
            )
        }
        return SignedNote(text: text, signatures: signatures)
    }
}
