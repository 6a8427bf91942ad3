// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// When an outcome is billable: a tree of questions about its applied signals (SPEC 5).
///
/// Evaluation is total: every condition is true or false of any signals.
public indirect enum Condition: Hashable, Sendable {
    /// Every child holds; true without children.
    case all([Condition])
    /// At least one child holds; false without children, which no JSON form can say.
    case any([Condition])
    /// The child does not hold.
    case not(Condition)
    /// One question about one action.
    case leaf(ConditionLeaf)

    /// At most so many nodes on the way from the root to a leaf, both counted.
    public static let depthLimitNodes = 16
    /// At most so many leaves; an empty `all` counts as one.
    public static let sizeLimitLeaves = 256
}

extension Condition {
    /// The actions asked about, each once, in the order they are first named.
    public var facts: [Action] {
        var facts: [Action] = []
        var known: Set<Action> = []
        collectFacts(into: &facts, known: &known)
        return facts
    }

    private func collectFacts(into facts: inout [Action], known: inout Set<Action>) {
        switch self {
        case .all(let children), .any(let children):
            for child in children {
                child.collectFacts(into: &facts, known: &known)
            }
        case .not(let child):
            child.collectFacts(into: &facts, known: &known)
        case .leaf(let leaf):
            guard known.insert(leaf.fact).inserted else { return }
            facts.append(leaf.fact)
        }
    }
}

// MARK: Canonical form

extension Condition {
    /// Writes the one canonical form: `all`, `any`, `not` and leaves, order kept, nothing
    /// flattened, members sorted, no white space (SPEC 5).
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .all(let children):
            Self.write(children, named: "all", to: &writer)
        case .any(let children):
            Self.write(children, named: "any", to: &writer)
        case .not(let child):
            writer.beginObject()
            writer.name("not")
            child.write(to: &writer)
            writer.endObject()
        case .leaf(let leaf):
            leaf.write(to: &writer)
        }
    }

    private static func write(
        _ children: [Condition],
        named name: StaticString,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.name(name)
        writer.beginArray()
        for child in children {
            child.write(to: &writer)
        }
        writer.endArray()
        writer.endObject()
    }

    /// The canonical form as UTF-8.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The SHA-256 of the canonical form, which names the condition (SPEC 5).
    public var hash: Digest { Digest.sha256(canonicalBytes) }
}

extension ConditionLeaf {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("fact", fact.text)
        writer.member("operator", `operator`.rawValue)
        switch operand {
        case .none:
            break
        case .count(let decimal), .number(let decimal), .value(.number(let decimal)):
            writer.name("value")
            writer.decimal(decimal)
        case .value(.string(let text)):
            writer.member("value", text)
        case .value(.boolean(let bool)):
            writer.member("value", bool)
        }
        writer.endObject()
    }
}
