// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing
import TransparencyLog

@Suite("Notes, keys and checkpoints have one spelling, and any change shows")
struct NoteTests {
    private let origin = TreeOrigin(log: "assay-0123456789abcdef", partition: 7)

    private func checkpoint() throws -> Checkpoint {
        Checkpoint(
            origin: origin,
            size: 12_345,
            root: Digest.sha256([1]),
            time: try #require(Timestamp("2026-03-04T10:12:00.5Z"))
        )
    }

    private func signer(_ name: String = "assay-0123456789abcdef") throws -> NoteSigner {
        try #require(NoteSigner.generate(name: name))
    }

    /// The key of C2SP's own example, with the signature it gives there.
    @Test("the key and the note that Go's library has published are read and verified")
    func published() throws {
        let key = try #require(
            VerifierKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        )
        let text = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
        let note = try SignedNote(text)
        #expect(try NoteVerifier(keys: [key]).verify(note).signers == [key])
        #expect(note.description == text)
        #expect(key.id == "c74f20a3")
    }

    @Test("a signed checkpoint comes back as it was")
    func roundTrip() throws {
        let signer = try signer()
        let checkpoint = try checkpoint()
        let note = try signer.sign(checkpoint.text)
        let read = try SignedNote(note.description)
        #expect(read == note)
        #expect(try Checkpoint(read.text) == checkpoint)
        let root = Base64.encode(Digest.sha256([1]).bytes)
        #expect(
            checkpoint.text == """
                assay-0123456789abcdef/partition/7
                12345
                \(root)
                time 2026-03-04T10:12:00.500000Z

                """
        )
        let result = try NoteVerifier(keys: [signer.verifierKey]).verify(read)
        #expect(result.signers == [signer.verifierKey])
        #expect(result.unknownCount == 0)
    }

    @Test("every byte of a note, changed to any of several others, makes it fail")
    func everyByte() throws {
        let signer = try signer()
        let note = Array(try signer.sign(try checkpoint().text).description.utf8)
        let verifier = NoteVerifier(keys: [signer.verifierKey])
        for index in note.indices {
            for change in [1, 2, 4, 16, 32, 64, 128] as [UInt8] {
                var bytes = note
                bytes[index] ^= change
                guard let text = String(validating: bytes, as: UTF8.self) else { continue }
                #expect(throws: NoteError.self) {
                    let read = try SignedNote(text)
                    _ = try Checkpoint(read.text)
                    try verifier.verify(read)
                }
            }
            var shorter = note
            shorter.remove(at: index)
            guard let text = String(validating: shorter, as: UTF8.self) else { continue }
            #expect(throws: NoteError.self) {
                let read = try SignedNote(text)
                _ = try Checkpoint(read.text)
                try verifier.verify(read)
            }
        }
    }

    @Test("other signatures are passed over, a false one of a known key is not")
    func signatures() throws {
        let (one, other) = (try signer(), try signer("witness.example"))
        let note = try NoteSigner.sign(try checkpoint().text, by: [other, one])
        let result = try NoteVerifier(keys: [one.verifierKey]).verify(note)
        #expect(result.signers == [one.verifierKey])
        #expect(result.unknownCount == 1)
        #expect(throws: NoteError.unknownSigners) {
            try NoteVerifier(keys: [try signer().verifierKey]).verify(note)
        }
        let foreign = try one.sign("another text\n")
        let mixed = try SignedNote(
            note.text + "\n" + other.sign(note.text).description.split(separator: "\n")[4] + "\n"
                + foreign.description.split(separator: "\n")[1] + "\n"
        )
        #expect(throws: NoteError.self) {
            try NoteVerifier(keys: [one.verifierKey, other.verifierKey]).verify(mixed)
        }
    }

    @Test("a key signs once: a second signature of its name and hash is refused")
    func signedTwice() throws {
        let text = try signer().sign(try checkpoint().text).description
        let line = try #require(text.split(separator: "\n").last)
        #expect(throws: NoteError.self) { try SignedNote(text + line + "\n") }
    }

    @Test("what is not a checkpoint in its one spelling is refused")
    func spellings() throws {
        let good = try checkpoint().text
        for (from, to) in [
            ("\n12345", "\n012345"), ("\n12345", "\n+12345"), ("\n12345", "\n-1"),
            ("\n12345", "\n"),
            ("/7", "/07"), ("/7", ""), ("=\n", "\n"), ("500000Z", "5Z"), ("500000Z", "500000z"),
            ("time ", "time  "), ("time ", "Time "), ("Z\n", "Z\n\n"), ("Z\n", "Z"),
            ("Z\n", "Z\nmore\n"), ("assay-", "as+ay-"), ("assay-", "as ay-"),
        ] {
            let text = good.replacing(from, with: to, maxReplacements: 1)
            #expect(text != good)
            #expect(throws: NoteError.self, "\(text)") { try Checkpoint(text) }
        }
    }

    @Test("keys come back from their texts; no other text is one")
    func keys() throws {
        let signer = try signer()
        let key = signer.verifierKey
        #expect(VerifierKey(key.description) == key)
        #expect(NoteSigner(privateText: signer.privateText)?.verifierKey == key)
        for text in [
            "", "a+b", key.description + "=", key.description.uppercased(),
            String(key.description.dropLast()), " " + key.description, signer.privateText,
        ] {
            #expect(VerifierKey(text) == nil)
        }
        #expect(NoteSigner(privateText: key.description) == nil)
        #expect(NoteSigner(privateText: signer.privateText + "\n") == nil)
        #expect(NoteSigner.generate(name: "two words") == nil)
    }

    @Test("who knows one key of a log follows it through its rotations, and no other's")
    func rotation() throws {
        let log = "assay-0123456789abcdef"
        let keys = [try signer(), try signer(), try signer()]
        let since = try #require(Timestamp("2026-03-04T10:12:00Z"))
        let registrations = try keys.indices.map { index in
            try KeyRegistration.sign(
                log: log,
                keys[index],
                after: index > 0 ? keys[index - 1] : nil,
                since: since.adding(seconds: Int64(index))
            )
        }
        let stranger = try KeyRegistration.sign(log: log, try signer(), after: nil, since: since)
        let read = try KeyRegistration(registrations[1].text)
        #expect(read.log == log)
        #expect(read.key == keys[1].verifierKey)
        #expect(read.since == since.adding(seconds: 1))
        let verifier = NoteVerifier(keys: [keys[0].verifierKey])
            .following([stranger] + registrations.reversed())
        #expect(Set(verifier.keys) == Set(keys.map(\.verifierKey)))
        try verifier.verify(try keys[2].sign(try checkpoint().text))
        // A key that was only signed for, without its own consent, is not taken.
        let forced = try keys[0].sign(
            KeyRegistration(log: log, key: try signer().verifierKey, since: since).text
        )
        #expect(NoteVerifier(keys: [keys[0].verifierKey]).following([forced]).keys.count == 1)
    }
}
