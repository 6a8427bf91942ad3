// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import TransparencyLog

/// Checkpoints that somebody has kept outside the store, and the keys he trusts.
public struct KeptCheckpoints: Sendable {
    /// The name of the log they are of.
    public let log: String
    /// The keys that may have signed.
    public let keys: [VerifierKey]
    /// The notes, by partition.
    public let notes: [Partition: SignedNote]

    /// Puts what was kept together.
    public init(log: String, keys: [VerifierKey], notes: [Partition: SignedNote]) {
        self.log = log
        self.keys = keys
        self.notes = notes
    }
}
