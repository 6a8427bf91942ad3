// SPDX-License-Identifier: Apache-2.0

public import OutcomeDomain

/// What some traffic says about a condition's questions.
///
/// It tells of the outcomes that were looked at, and claims nothing about others.
public struct TrafficLint: Sendable {
    /// What was found, in the order of the condition; nothing when no outcome was looked at.
    public let findings: [LintFinding]

    /// Compares a condition with a sample.
    public init(_ condition: Condition, _ sample: SignalSample) {
        var leaves: [ConditionLeaf] = []
        let root = LintNode(condition, at: ConditionPath(), &leaves)
        var findings: [LintFinding] = []
        if sample.outcomes > 0 {
            Self.collect(root, sample, into: &findings)
        }
        self.findings = findings
    }

    private static func collect(
        _ node: LintNode,
        _ sample: SignalSample,
        into findings: inout [LintFinding]
    ) {
        if case .leaf(let leaf) = node.kind, let finding = finding(leaf, node.path, sample) {
            findings.append(finding)
        }
        for child in node.children {
            collect(child, sample, into: &findings)
        }
    }

    private static func finding(
        _ leaf: ConditionLeaf,
        _ path: ConditionPath,
        _ sample: SignalSample
    ) -> LintFinding? {
        let among = sample.words
        guard let seen = sample.actions[leaf.fact] else {
            // Where actions were passed over this may be one of them.
            guard sample.otherSignals == 0 else { return nil }
            return LintFinding(
                .factNeverSeen,
                .warning,
                at: path,
                "No signal \"\(leaf.fact)\" was seen \(among)."
            )
        }
        guard let wanted = leaf.valueType else { return nil }
        guard seen.values > 0 else {
            return LintFinding(
                .valueNeverSeen,
                .warning,
                at: path,
                "\"\(leaf.fact)\" was seen \(seen.signals == 1 ? "once" : "\(seen.signals) times") "
                    + "\(among), never with a value."
            )
        }
        guard wanted.count(in: seen) == 0 else { return nil }
        return LintFinding(
            .valueTypeNeverSeen,
            .warning,
            at: path,
            "This asks for \(wanted.words), but the values of \"\(leaf.fact)\" \(among) were "
                + "\(seen.typeWords)."
        )
    }
}

/// What a question about a value reads.
private enum ValueType {
    case string
    case number
    case boolean

    var words: String {
        switch self {
        case .string: "a string"
        case .number: "a number"
        case .boolean: "true or false"
        }
    }

    func count(in seen: ObservedAction) -> Int {
        switch self {
        case .string: seen.strings
        case .number: seen.numbers
        case .boolean: seen.booleans
        }
    }
}

extension ConditionLeaf {
    fileprivate var valueType: ValueType? {
        switch operand {
        case .none, .count: nil
        case .number, .value(.number): .number
        case .value(.string): .string
        case .value(.boolean): .boolean
        }
    }
}

extension SignalSample {
    /// What was looked at, as in `among 3 outcomes`.
    fileprivate var words: String {
        let among = "among \(outcomes) \(outcomes == 1 ? "outcome" : "outcomes")"
        guard shortened > 0 else { return among }
        return "\(among) (of \(shortened) only the beginning was looked at)"
    }
}

extension ObservedAction {
    /// The types of the values, as in `strings and numbers`.
    fileprivate var typeWords: String {
        let types = [(strings, "strings"), (numbers, "numbers"), (booleans, "booleans")]
        return types.filter { $0.0 > 0 }.map(\.1).joined(separator: " and ")
    }
}
