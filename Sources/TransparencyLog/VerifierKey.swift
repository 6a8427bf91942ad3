// SPDX-License-Identifier: Apache-2.0

import Crypto
import ExactValues

/// The public half of a signing key, with the name it signs by.
///
/// In text, as C2SP's signed notes have it: `<name>+<hash, 8 digits>+<base64 of 0x01 and the key>`.
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// The name it signs by.
    public let name: String
    /// The 32 bytes of the Ed25519 key.
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name, 0x0A, 0x01, key), big-endian.
    public let keyHash: UInt32

    /// The longest name of a key.
    public static let nameLimitBytes = 255
    static let keyByteCount = 32
    /// The mark of an Ed25519 key.
    static let algorithm: UInt8 = 0x01

    /// Takes a key of 32 bytes and a name without spaces and plus signs; nil for others.
    public init?(name: String, publicKey: [UInt8]) {
        guard Self.isName(name), publicKey.count == Self.keyByteCount else { return nil }
        self.name = name
        self.publicKey = publicKey
        keyHash = Self.hash(name: name, publicKey: publicKey)
    }

    /// Reads the text form; nil unless `description` would have written exactly that.
    public init?(_ text: String) {
        let words = text.utf8.split(
            separator: 0x2B,
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard words.count == 3,
            let decoded = Base64.decode(String(decoding: Array(words[2]), as: UTF8.self)),
            decoded.first == Self.algorithm
        else { return nil }
        self.init(
            name: String(decoding: Array(words[0]), as: UTF8.self),
            publicKey: Array(decoded.dropFirst())
        )
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// The text form.
    public var description: String {
        "\(name)+\(id)+\(Base64.encode([Self.algorithm] + publicKey))"
    }

    /// The key's hash as eight digits, by which people tell keys apart.
    public var id: String { Hex.encode(Self.bytes(of: keyHash)) }

    /// Whether a signature of this key is that of a text.
    func isValid(_ signature: [UInt8], for text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }

    static func hash(name: String, publicKey: [UInt8]) -> UInt32 {
        let digest = Digest.sha256(Array(name.utf8) + [0x0A, algorithm] + publicKey)
        return UInt32(truncatingIfNeeded: digest.prefix64 >> 32)
    }

    static func bytes(of keyHash: UInt32) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: keyHash >> (8 * UInt32($0))) }
    }

    static func keyHash(_ bytes: some Collection<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Whether a name may stand in a note: printable ASCII without spaces and plus signs, so that no
    /// two spellings look alike.
    static func isName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= nameLimitBytes else { return false }
        return name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2B }
    }
}
