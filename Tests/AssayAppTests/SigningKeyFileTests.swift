// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import ExactValues
import Foundation
import Testing
import TransparencyLog

@testable import AssayApp

@Suite("The file of the signing key")
struct SigningKeyFileTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("assay-key-\(UUID().uuidString)")
    private let now = Timestamp.earliest.adding(seconds: 100)
    private var path: String { directory.appendingPathComponent("store.signing-key").path }

    private func withDirectory(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body()
    }

    private func sentence(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? CommandFailure)?.description
        }
    }

    @Test("it is made once, for its owner's eyes, and is the same after that")
    func made() throws {
        try withDirectory {
            let file = SigningKeyFile(path: path)
            let made = try file.prepare(log: "assay-one", now: now)
            let again = try file.prepare(log: "assay-one", now: now)
            #expect(made.aside == nil && again.aside == nil)
            #expect(again.identity.signer.verifierKey == made.identity.signer.verifierKey)
            #expect(made.identity.signer.verifierKey.name == "assay-one")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
            let note = try #require(made.identity.registrations.first)
            try NoteVerifier(keys: [made.identity.signer.verifierKey]).verify(note)
        }
    }

    @Test("one that others may read, and one that cannot be read, are refused with a sentence")
    func permissions() throws {
        try withDirectory {
            let file = SigningKeyFile(path: path)
            #expect(sentence { _ = try file.read() }?.contains("There is no signing key") == true)
            _ = try file.prepare(log: "assay-one", now: now)
            for mode in [0o644, 0o640, 0o604] {
                try FileManager.default.setAttributes(
                    [.posixPermissions: mode],
                    ofItemAtPath: path
                )
                let told = sentence { _ = try file.prepare(log: "assay-one", now: now) }
                #expect(told?.contains("chmod 600") == true)
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
            let told = sentence { _ = try file.read() }
            #expect(told?.contains("is not a signing key") == true)
            #expect(told?.contains("PRIVATE") == false)
        }
    }

    @Test("a rotated key is signed for by the one before it, however often it is rotated")
    func rotation() throws {
        try withDirectory {
            let file = SigningKeyFile(path: path)
            let first = try file.prepare(log: "assay-one", now: now).identity
            _ = try file.rotate(now: now.adding(seconds: 1))
            let last = try file.rotate(now: now.adding(seconds: 2))
            let read = try file.read(log: "assay-one")
            #expect(read.signer.verifierKey == last.signer.verifierKey)
            #expect(read.registrations.count == 3)
            let verifier = NoteVerifier(keys: [first.signer.verifierKey])
                .following(read.registrations)
            #expect(verifier.keys.contains(last.signer.verifierKey))
            for _ in 0..<70 { _ = try file.rotate(now: now) }
            let kept = try file.read().registrations.count
            #expect(kept == SigningKeyFile.limitRegistrations)
        }
    }

    @Test("a key of another log is refused where it was named, and put aside where it was not")
    func otherLog() throws {
        try withDirectory {
            let file = SigningKeyFile(path: path)
            let other = try file.prepare(log: "assay-other", now: now).identity
            let told = sentence { _ = try file.prepare(log: "assay-one", now: now) }
            #expect(told?.contains("belongs to assay-other") == true)
            var unnamed = file
            unnamed.isNamed = false
            let made = try unnamed.prepare(log: "assay-one", now: now)
            let aside = try #require(made.aside)
            let kept = try SigningKeyFile(path: aside).read(log: "assay-other")
            #expect(kept.signer.verifierKey == other.signer.verifierKey)
            #expect(try file.read().signer.verifierKey.name == "assay-one")
        }
    }
}
