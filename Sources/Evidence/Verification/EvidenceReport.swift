// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import TransparencyLog

/// What was checked of a bundle, and what is wrong with it.
public struct EvidenceReport: Hashable, Sendable {
    /// At most so many problems are named; the others are counted.
    public static let limitProblems = 20

    /// What the bundle says it is about; nil when it does not get so far.
    public internal(set) var head: BundleHead?
    /// Lines read.
    public internal(set) var lines = 0
    /// Signed checkpoints held against the trusted keys.
    public internal(set) var checkpoints = 0
    /// Changes of the catalog found in a checkpoint's tree.
    public internal(set) var catalogEvents = 0
    /// Streams whose chains were followed.
    public internal(set) var streams = 0
    /// Events hashed and found in a checkpoint's tree.
    public internal(set) var events = 0
    /// Events that were decided again.
    public internal(set) var decisions = 0
    /// Postings worked out again.
    public internal(set) var postings = 0
    /// Totals added up again.
    public internal(set) var totals = 0
    /// Exported checkpoints that the bundle's were found to go on from, or to be.
    public internal(set) var comparedCheckpoints = 0
    /// Exported checkpoints of trees, or of later sizes of a tree, that are not in the bundle.
    public internal(set) var otherCheckpoints = 0
    /// The trusted keys that have signed.
    public internal(set) var signers: [VerifierKey] = []
    /// When the oldest of the bundle's checkpoints was signed: later events are not in question.
    public internal(set) var provenUntil: Timestamp?
    /// Outcomes whose stream ends, in this bundle, before their window has been settled.
    public internal(set) var unsettled = 0
    /// The first of the problems.
    public internal(set) var problems: [EvidenceProblem] = []
    /// How many problems there are.
    public internal(set) var problemCount = 0

    /// Whether nothing is wrong.
    public var isProven: Bool { problemCount == 0 }

    mutating func add(_ problem: EvidenceProblem) {
        problemCount += 1
        if problems.count < Self.limitProblems { problems.append(problem) }
    }
}
