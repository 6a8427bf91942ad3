// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import ExactValues
import OutcomeRuntime
import TransparencyLog

/// `assay key`: the key that signs checkpoints, in its file; works beside a running server.
public enum SigningKeys {
    /// Tells the public keys, for an auditor to keep: the one that signs now last.
    ///
    /// `say`: Takes each line.
    /// - Throws: `CommandFailure` when there is no key or it cannot be used.
    public static func show(
        _ configuration: AssayConfiguration,
        say: (String) -> Void
    ) throws {
        let identity = try configuration.signingKeyFile.read()
        for note in identity.registrations {
            guard let registration = try? KeyRegistration(note.text) else { continue }
            say(registration.key.description)
        }
    }

    /// Makes a new key, whose registration the old one signs as well; a running server signs with it
    /// within seconds, a stopped one from its next start on.
    ///
    /// `say`: Takes each line.
    /// - Throws: `CommandFailure` when there is no key or the file cannot be written.
    public static func rotate(
        _ configuration: AssayConfiguration,
        say: (String) -> Void
    ) throws {
        let file = try configuration.signingKeyFile
        let identity = try file.rotate(now: SystemWallClock().now())
        say("From now on \(file.path) signs with:")
        say(identity.signer.verifierKey.description)
        say("Checkpoints that the key before it has signed stay good.")
    }
}
