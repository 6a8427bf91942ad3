// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What a log says of a key that signs for it: signed by that key, and by the one it follows.
///
/// As text three lines: `<name of the log>/signing-keys`, the key, `since <instant>`.
public struct KeyRegistration: Hashable, Sendable {
    /// The name of the log.
    public let log: String
    /// The key.
    public let key: VerifierKey
    /// From when on it signs.
    public let since: Timestamp

    /// Puts a registration together.
    public init(log: String, key: VerifierKey, since: Timestamp) {
        self.log = log
        self.key = key
        self.since = since
    }

    private static let suffix = "/signing-keys"

    /// What is signed.
    public var text: String { "\(log)\(Self.suffix)\n\(key)\nsince \(since)\n" }

    /// Reads the text of a note.
    ///
    /// It has one spelling only: what is read is what `text` writes.
    ///
    /// - Throws: `NoteError.malformed`, with the line.
    public init(_ text: String) throws(NoteError) {
        guard let lines = NoteLines.split(text, count: 3) else {
            throw .malformed("registration (not three lines)")
        }
        let log = String(lines[0].dropLast(Self.suffix.count))
        guard (log + Self.suffix).utf8.elementsEqual(lines[0].utf8), VerifierKey.isName(log) else {
            throw .malformed("registration's log")
        }
        guard let key = VerifierKey(lines[1]) else { throw .malformed("registration's key") }
        guard let since = NoteLines.instant(lines[2], after: "since") else {
            throw .malformed("registration's time")
        }
        self.init(log: log, key: key, since: since)
    }

    /// The registration of a key, signed by itself and by the one it follows.
    ///
    /// - Throws: `NoteError.malformed` when the log's name may not stand in a note.
    public static func sign(
        log: String,
        _ signer: NoteSigner,
        after previous: NoteSigner?,
        since: Timestamp
    ) throws(NoteError) -> SignedNote {
        let registration = KeyRegistration(log: log, key: signer.verifierKey, since: since)
        return try NoteSigner.sign(registration.text, by: [signer] + (previous.map { [$0] } ?? []))
    }
}
