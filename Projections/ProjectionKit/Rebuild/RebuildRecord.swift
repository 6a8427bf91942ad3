// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What is known of a rebuild after a kill.
public struct RebuildRecord: Hashable, Sendable {
    /// How far it has come; a number keeps its meaning for ever.
    public enum Stage: Int64, Sendable, CaseIterable {
        /// There is one copy. Can transition to: `building`.
        case none = 0
        /// A copy is being built. Can transition to: `paused`, `swapped`, `none`.
        case building = 1
        /// A copy is there, and nothing is done. Can transition to: `building`, `none`.
        case paused = 2
        /// The copy is live and the old one kept. Can transition to: `none`.
        case swapped = 3
    }

    /// How the two copies compared when the new one became live.
    public struct Verdict: Hashable, Sendable {
        /// The rows of the new copy.
        public let rows: Int64
        /// How many rows differed.
        public let differences: Int64
        /// The digest of the new copy.
        public let digest: Digest

        /// Puts a verdict together.
        public init(rows: Int64, differences: Int64, digest: Digest) {
            self.rows = rows
            self.differences = differences
            self.digest = digest
        }
    }

    /// How far it has come.
    public var stage: Stage
    /// Whether the copy becomes live though it differs.
    public var acceptsDifference: Bool
    /// How the copies compared; of a swap.
    public var verdict: Verdict?

    /// Nothing is going on.
    public static let none = RebuildRecord(stage: .none)

    /// Puts a record together.
    public init(stage: Stage, acceptsDifference: Bool = false, verdict: Verdict? = nil) {
        self.stage = stage
        self.acceptsDifference = acceptsDifference
        self.verdict = verdict
    }
}
