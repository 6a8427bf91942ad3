// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import ExactValues
import TransparencyLog

/// The file with the node's private signing key, and with the registrations that lead to it.
///
/// JSON for its owner's eyes only: `{"private_key": .., "registrations": [..]}`. It is replaced as a
/// whole, so a reader finds the key before or the key after a rotation. What blocks runs where the
/// caller lets it.
struct SigningKeyFile: Sendable {
    /// So many registrations are kept: those that the store may not know yet.
    static let limitRegistrations = 64
    /// The largest file that is read.
    static let limitBytes = 262_144

    /// The file.
    let path: String
    /// Whether somebody has named the file; one that nobody has named may make room for a new one.
    var isNamed = true

    /// Reads the key of a log.
    ///
    /// - Throws: `CommandFailure` with one sentence that says what is wrong and what to do.
    func read(log: String? = nil) throws(CommandFailure) -> SigningIdentity {
        let identity = try Self.identity(of: try bytes(), path)
        if let log, let other = identity.log, other != log {
            throw CommandFailure(
                "The signing key \(path) belongs to \(other), and this store is \(log): name another "
                    + "file with signing.key (ASSAY_SIGNING_KEY)."
            )
        }
        return identity
    }

    /// Reads the key of a log, which is made if there is none yet.
    ///
    /// A key of another log that lies where nobody has named it is put aside under its own name.
    /// - Returns: The key, and where another one was put.
    func prepare(
        log: String,
        now: Timestamp
    ) throws(CommandFailure) -> (identity: SigningIdentity, aside: String?) {
        var aside: String?
        if PrivateFile.exists(path) {
            let identity = try Self.identity(of: try bytes(), path)
            guard !isNamed, identity.log != log else { return (try read(log: log), nil) }
            let other = "\(path).\(identity.signer.verifierKey.id)"
            do throws(PrivateFile.Failure) {
                try PrivateFile.move(path, to: other)
            } catch {
                throw failure(error, "moved to \(other)")
            }
            aside = other
        }
        let identity = try Self.identity(of: log, after: nil, now: now)
        let isMade: Bool
        do throws(PrivateFile.Failure) {
            isMade = try PrivateFile.create(path, Self.json(identity))
        } catch {
            throw failure(error, "written")
        }
        // Another node may have made one at this moment: then that one is everybody's.
        return (isMade ? identity : try read(log: log), aside)
    }

    /// Puts a new key in the place of the one that is there, and has both sign its registration.
    ///
    /// The old private key is gone after this; what it has signed stays good.
    func rotate(now: Timestamp) throws(CommandFailure) -> SigningIdentity {
        let before = try read()
        guard let log = before.log else { throw Self.malformed(path) }
        let after = try Self.identity(of: log, after: before, now: now)
        do throws(PrivateFile.Failure) {
            try PrivateFile.replace(path, Self.json(after))
        } catch {
            throw failure(error, "written")
        }
        return after
    }

    private func bytes() throws(CommandFailure) -> [UInt8] {
        let (bytes, mode): ([UInt8], UInt32)
        do throws(PrivateFile.Failure) {
            (bytes, mode) = try PrivateFile.read(path, limitBytes: Self.limitBytes)
        } catch {
            throw failure(error, "read")
        }
        guard mode & 0o077 == 0 else {
            throw CommandFailure(
                "The signing key \(path) is open to others (mode 0\(String(mode, radix: 8))): "
                    + "run chmod 600 on it, and rotate it if somebody may have read it."
            )
        }
        return bytes
    }

    private func failure(_ error: PrivateFile.Failure, _ what: String) -> CommandFailure {
        guard !error.isMissing || what != "read" else {
            return CommandFailure(
                "There is no signing key at \(path): it is made when the store is first served."
            )
        }
        return CommandFailure("The signing key \(path) cannot be \(what): \(error.reason).")
    }
}

// MARK: The form

extension SigningKeyFile {
    private static func identity(
        of log: String,
        after previous: SigningIdentity?,
        now: Timestamp
    ) throws(CommandFailure) -> SigningIdentity {
        do throws(NoteError) {
            guard let signer = NoteSigner.generate(name: log) else {
                throw NoteError.malformed("name of the log")
            }
            let registration = try KeyRegistration.sign(
                log: log,
                signer,
                after: previous?.signer,
                since: now
            )
            let kept = (previous?.registrations ?? []).suffix(limitRegistrations - 1)
            return SigningIdentity(signer: signer, registrations: kept + [registration])
        } catch {
            throw CommandFailure("No signing key can be made: \(error).")
        }
    }

    private static func json(_ identity: SigningIdentity) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("private_key", identity.signer.privateText)
        writer.name("registrations")
        writer.beginArray()
        for registration in identity.registrations {
            writer.string(registration.description)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    private static func identity(
        of bytes: [UInt8],
        _ path: String
    ) throws(CommandFailure) -> SigningIdentity {
        guard let json = try? JSONReader.read(bytes),
            let signer = json[member: "private_key"]?.string.flatMap({ NoteSigner(privateText: $0) }
            )
        else { throw malformed(path) }
        let texts = json[member: "registrations"]?.array ?? []
        let registrations = texts.compactMap(\.string).compactMap { try? SignedNote($0) }
        guard registrations.count == texts.count,
            let last = registrations.last.flatMap({ try? KeyRegistration($0.text) }),
            last.key == signer.verifierKey
        else { throw malformed(path) }
        return SigningIdentity(signer: signer, registrations: registrations)
    }

    private static func malformed(_ path: String) -> CommandFailure {
        CommandFailure(
            "The file \(path) is not a signing key of Assay: name another, or restore it."
        )
    }
}

extension SigningIdentity {
    /// The log that the key signs for.
    var log: String? { registrations.last.flatMap { try? KeyRegistration($0.text) }?.log }
}
