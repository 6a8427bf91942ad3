// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A text and its signatures, as one text: the signed-note form of C2SP.
///
/// The text ends in a newline; after an empty line comes one line for each signature:
/// `— <name> <base64 of the key's hash (4 bytes) and the signature>`.
public struct SignedNote: Hashable, Sendable, CustomStringConvertible {
    /// The largest note that is read.
    public static let limitBytes = 16_384
    /// The most signatures of a note.
    public static let limitSignatures = 16

    /// What is signed; ends in a newline.
    public let text: String
    /// The signatures, in their order.
    public let signatures: [NoteSignature]

    /// Puts a note together; the text has to end in a newline, and no two newlines may stand at its
    /// end.
    init(text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// The whole note.
    public var description: String {
        text + "\n" + signatures.map { $0.line + "\n" }.joined()
    }

    /// Reads a note.
    ///
    /// It has one spelling only: what is read is what `description` writes. A key signs once.
    ///
    /// - Throws: `NoteError`.
    public init(_ note: String) throws(NoteError) {
        let bytes = Array(note.utf8)
        guard bytes.count <= Self.limitBytes else { throw .tooLong }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == Self.newline }) else {
            throw .malformed("note (a control character)")
        }
        guard let end = Self.lastEmptyLine(in: bytes), end > 0, bytes.last == Self.newline else {
            throw .malformed("note (no empty line before the signatures)")
        }
        let lines = bytes[(end + 2)...].split(
            separator: Self.newline,
            omittingEmptySubsequences: false
        ).dropLast()
        guard !lines.isEmpty else { throw .malformed("note (no signature)") }
        guard lines.count <= Self.limitSignatures else { throw .tooLong }
        var signatures: [NoteSignature] = []
        for line in lines {
            guard let signature = NoteSignature(line: String(decoding: line, as: UTF8.self)) else {
                throw .malformed("signature line \(signatures.count + 1)")
            }
            guard !signatures.contains(where: { $0.isOfSameKey(as: signature) }) else {
                throw .malformed("signature line \(signatures.count + 1) (a second one of its key)")
            }
            signatures.append(signature)
        }
        text = String(decoding: bytes[...end], as: UTF8.self)
        self.signatures = signatures
    }

    private static let newline: UInt8 = 0x0A

    /// Where the newline stands that is followed by the last empty line.
    private static func lastEmptyLine(in bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().last { bytes[$0] == newline && bytes[$0 + 1] == newline }
    }
}

/// One signature of a note.
public struct NoteSignature: Hashable, Sendable {
    /// The name of the key.
    public let name: String
    /// The first four bytes of the key's hash, big-endian.
    public let keyHash: UInt32
    /// The signature.
    public let signature: [UInt8]

    init(name: String, keyHash: UInt32, signature: [UInt8]) {
        self.name = name
        self.keyHash = keyHash
        self.signature = signature
    }

    /// Whether the other one names the same key.
    func isOfSameKey(as other: NoteSignature) -> Bool {
        name == other.name && keyHash == other.keyHash
    }

    private static let mark = "\u{2014} "

    /// The line that stands for it, without the newline.
    var line: String {
        Self.mark + name + " " + Base64.encode(VerifierKey.bytes(of: keyHash) + signature)
    }

    /// Reads a line; nil unless `line` would have written it.
    init?(line: String) {
        let mark = Array(Self.mark.utf8)
        let bytes = Array(line.utf8)
        guard bytes.starts(with: mark) else { return nil }
        let words = bytes.dropFirst(mark.count).split(
            separator: 0x20,
            omittingEmptySubsequences: false
        )
        guard words.count == 2,
            let decoded = Base64.decode(String(decoding: words[1], as: UTF8.self)),
            decoded.count > 4
        else { return nil }
        let name = String(decoding: words[0], as: UTF8.self)
        guard VerifierKey.isName(name) else { return nil }
        self.init(
            name: name,
            keyHash: VerifierKey.keyHash(decoded[..<4]),
            signature: Array(decoded[4...])
        )
    }
}
