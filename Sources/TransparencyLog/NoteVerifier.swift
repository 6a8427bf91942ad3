// SPDX-License-Identifier: Apache-2.0

/// The keys whose signatures count.
public struct NoteVerifier: Hashable, Sendable {
    /// What a verified note says of who signed it.
    public struct Result: Hashable, Sendable {
        /// The known keys that signed, in the order of the note; at least one.
        public let signers: [VerifierKey]
        /// How many signatures are of keys that are not known; nothing can be said of these.
        public let unknownCount: Int
    }

    /// The known keys.
    public let keys: [VerifierKey]

    /// Knows these keys and no others.
    public init(keys: [VerifierKey]) { self.keys = keys }

    /// Verifies a note: every signature of a known key has to fit, and there has to be one.
    ///
    /// Signatures of other keys are passed over.
    /// - Throws: `NoteError.badSignature` or `.unknownSigners`.
    @discardableResult
    public func verify(_ note: SignedNote) throws(NoteError) -> Result {
        var signers: [VerifierKey] = []
        var unknownCount = 0
        for signature in note.signatures {
            let key = keys.first { $0.name == signature.name && $0.keyHash == signature.keyHash }
            guard let key else {
                unknownCount += 1
                continue
            }
            guard key.isValid(signature.signature, for: note.text) else {
                throw .badSignature(key: key.name + "+" + key.id)
            }
            signers.append(key)
        }
        guard !signers.isEmpty else { throw .unknownSigners }
        return Result(signers: signers, unknownCount: unknownCount)
    }

    /// Knows as well the keys whose registrations are signed by a known key, and by themselves.
    ///
    /// So who has kept one key of a log can follow it through every rotation. Registrations may come
    /// in any order; those that nobody known has signed are passed over.
    public func following(_ registrations: [SignedNote]) -> NoteVerifier {
        var known = self
        var open = registrations.compactMap { note -> (note: SignedNote, key: VerifierKey)? in
            guard let registration = try? KeyRegistration(note.text) else { return nil }
            return (note, registration.key)
        }
        var hasGrown = true
        while hasGrown {
            hasGrown = false
            for (index, item) in open.enumerated().reversed() {
                guard !known.keys.contains(item.key) else {
                    open.remove(at: index)
                    continue
                }
                guard (try? known.verify(item.note)) != nil,
                    (try? NoteVerifier(keys: [item.key]).verify(item.note)) != nil
                else { continue }
                known = NoteVerifier(keys: known.keys + [item.key])
                open.remove(at: index)
                hasGrown = true
            }
        }
        return known
    }
}
