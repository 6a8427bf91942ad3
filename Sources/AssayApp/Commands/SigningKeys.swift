// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
import ExactValues
import OutcomeRuntime
import TransparencyLog

/// `assay key`: the key that signs checkpoints, in its file; works beside a running server.
public enum SigningKeys {
    /// Tells the public keys, for an auditor to keep: first those that only the store knows, of other
    /// nodes, then this node's, the one that signs now last.
    ///
    /// - Parameters:
    ///   - configuration: Where the store and the key file are.
    ///   - say: Takes each line.
    ///   - tell: Takes what is to be said beside the keys.
    /// - Throws: `CommandFailure` when there is no key or it cannot be used.
    public static func show(
        _ configuration: AssayConfiguration,
        say: (String) -> Void,
        tell: (String) -> Void
    ) async throws {
        let identity = try configuration.signingKeyFile.read()
        let own = identity.registrations.compactMap { note in
            (try? KeyRegistration(note.text))?.key.description
        }
        let others = await othersKeys(than: own, configuration, tell)
        if !others.isEmpty {
            tell(
                "The first \(others.count.counted("key")) of \(others.count + own.count) are of other "
                    + "nodes, as the store has them: what makes them theirs is what those nodes say."
            )
        }
        for key in others + own { say(key) }
    }

    /// The keys that the store has beside those of this node, oldest first.
    private static func othersKeys(
        than own: [String],
        _ configuration: AssayConfiguration,
        _ tell: (String) -> Void
    ) async -> [String] {
        do {
            let store = try await StoreDesk.openForReading(configuration)
            let keys: Result<[StoredSigningKey], StoreError>
            do throws(StoreError) {
                keys = .success(try await store.signingKeys())
            } catch {
                keys = .failure(error)
            }
            await store.close()
            return try keys.get().map(\.key).filter { !own.contains($0) }
        } catch {
            tell("Only the keys of this node are told, since the store cannot be read: \(error)")
            return []
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
