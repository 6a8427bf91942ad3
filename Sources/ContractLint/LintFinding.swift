// SPDX-License-Identifier: Apache-2.0

public import OutcomeDomain

/// Something that is, or may be, not meant so in a contract.
public struct LintFinding: Hashable, Sendable {
    /// What was found.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The condition holds whatever comes: every outcome would be billed.
        case alwaysTrue = "ALWAYS_TRUE"
        /// The condition never holds: no outcome would be billed.
        case neverTrue = "NEVER_TRUE"
        /// A node below the root has the same truth whatever comes.
        case constantNode = "CONSTANT_NODE"
        /// Nodes of an `all` that can hold, but not together.
        case contradiction = "CONTRADICTION"
        /// Nodes of an `any` of which always one holds.
        case exhaustive = "EXHAUSTIVE"
        /// A node that can be left out: those beside it say as much.
        case redundantNode = "REDUNDANT_NODE"
        /// Once the condition has held nothing can turn it: no outcome becomes FAILED.
        case failedUnreachable = "FAILED_UNREACHABLE"
        /// The action is on no stream that was looked at.
        case factNeverSeen = "FACT_NEVER_SEEN"
        /// The action came, but never with a value, and the question is about its value.
        case valueNeverSeen = "VALUE_NEVER_SEEN"
        /// The action came with values, but never with one of the type the question is about.
        case valueTypeNeverSeen = "VALUE_TYPE_NEVER_SEEN"
    }

    /// How much it matters.
    public enum Severity: String, Hashable, Sendable {
        /// The contract cannot do what contracts are for.
        case error
        /// Most likely not meant.
        case warning
        /// Worth knowing.
        case info
    }

    /// What was found.
    public let code: Code
    /// How much it matters.
    public let severity: Severity
    /// The node it is about.
    public let path: ConditionPath
    /// A sentence for people.
    public let message: String
    /// Other nodes it takes, in the order of the condition.
    public let related: [ConditionPath]

    init(
        _ code: Code,
        _ severity: Severity,
        at path: ConditionPath,
        _ message: String,
        related: [ConditionPath] = []
    ) {
        self.code = code
        self.severity = severity
        self.path = path
        self.message = message
        self.related = related
    }
}
