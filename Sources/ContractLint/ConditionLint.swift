// SPDX-License-Identifier: Apache-2.0

public import OutcomeDomain

/// What can be said of a condition without looking at any traffic.
///
/// Every claim is proven over all that actions can become: how often they came, and their latest
/// values. What could not be found out within bounds is not claimed, and `isComplete` says so.
public struct ConditionLint: Sendable {
    /// What was found, in the order of the condition.
    public private(set) var findings: [LintFinding] = []
    /// Whether everything that was asked was found out.
    public private(set) var isComplete = true

    private var search: TruthSearch
    private var constants: [ConditionPath: Bool] = [:]

    /// Looks at a condition.
    public init(_ condition: Condition) {
        var leaves: [ConditionLeaf] = []
        let root = LintNode(condition, at: ConditionPath(), &leaves)
        let byFact = Self.byFact(condition, leaves)
        let spaces = byFact.map { numbers in FactSpace(numbers.map { leaves[$0] }) }
        search = TruthSearch(
            zip(byFact, spaces).map { TruthSearch.Fact(leaves: $0, truths: $1?.truths) }
        )
        visit(root, above: nil)
        if constants[root.path] == nil {
            lookForFailed(root, leaves.count, byFact, spaces)
        }
    }

    /// The numbers of the leaves of each action.
    private static func byFact(_ condition: Condition, _ leaves: [ConditionLeaf]) -> [[Int]] {
        let facts = condition.facts
        var byFact = [[Int]](repeating: [], count: facts.count)
        let places = Dictionary(
            uniqueKeysWithValues: facts.enumerated().map { ($0.element, $0.offset) }
        )
        for (number, leaf) in leaves.enumerated() {
            if let place = places[leaf.fact] { byFact[place].append(number) }
        }
        return byFact
    }

    /// Whether the formula can be true; true where that is not known, so that nothing is claimed.
    private mutating func canHold(_ formula: TruthFormula) -> Bool {
        if let found = search.canHold(formula) { return found }
        isComplete = false
        return true
    }

    // MARK: Constants

    /// The truth that the node has whatever comes; nil when it has both, or is not known to.
    private mutating func constant(_ node: LintNode) -> Bool? {
        if case .constant(let truth) = node.formula { return truth }
        if !canHold(node.formula) { return false }
        return canHold(node.formula.negated) ? nil : true
    }

    private mutating func visit(_ node: LintNode, above: Bool?) {
        let truth = constant(node)
        constants[node.path] = truth
        let place = findings.count
        for child in node.children {
            visit(child, above: truth ?? above)
        }
        guard let truth else {
            if above == nil { lookForRedundant(node) }
            return
        }
        var own: [LintFinding] = []
        if let finding = told(node, truth, above: above) { own.append(finding) }
        if let finding = cause(of: node, truth) { own.append(finding) }
        findings.insert(contentsOf: own, at: place)
    }

    /// What a constant node means, where nothing above it says so already.
    private func told(_ node: LintNode, _ truth: Bool, above: Bool?) -> LintFinding? {
        guard !node.path.steps.isEmpty else {
            return truth
                ? LintFinding(
                    .alwaysTrue,
                    .warning,
                    at: node.path,
                    "The condition holds whatever comes: every outcome is billed."
                )
                : LintFinding(
                    .neverTrue,
                    .error,
                    at: node.path,
                    "The condition can never hold: no outcome is ever billed."
                )
        }
        let isLeaf = if case .leaf = node.kind { true } else { false }
        guard above == nil || isLeaf else { return nil }
        return LintFinding(
            .constantNode,
            .warning,
            at: node.path,
            // Where what is above it is constant as well, it may be the cause of that.
            "This is always \(truth), whatever comes\(above == nil ? ": it can be left out" : "")."
        )
    }

    /// The children that make a node constant though none of them is.
    private mutating func cause(of node: LintNode, _ truth: Bool) -> LintFinding? {
        let isContradiction: Bool
        switch node.kind {
        case .all where !truth: isContradiction = true
        case .any where truth: isContradiction = false
        default: return nil
        }
        // An `all` of nothing but certainties is false because of one of them.
        guard !node.children.contains(where: { constants[$0.path] == truth }) else { return nil }
        var core = node.children.filter { constants[$0.path] == nil }
        for child in core.reversed() {
            let others = core.filter { $0.path != child.path }
            let formulas = others.map { isContradiction ? $0.formula : $0.formula.negated }
            if !canHold(.both(formulas)) { core = others }
        }
        return isContradiction
            ? LintFinding(
                .contradiction,
                .error,
                at: node.path,
                "These can each hold, but never all at once.",
                related: core.map(\.path)
            )
            : LintFinding(
                .exhaustive,
                .warning,
                at: node.path,
                "One of these always holds, whatever comes.",
                related: core.map(\.path)
            )
    }
}

// MARK: What can be left out

extension ConditionLint {
    /// Names the children that those beside them make superfluous: all that are named can be left
    /// out at once.
    private mutating func lookForRedundant(_ node: LintNode) {
        let isAll: Bool
        switch node.kind {
        case .all: isAll = true
        case .any: isAll = false
        case .not, .leaf: return
        }
        var kept = node.children.filter { constants[$0.path] == nil }
        var found: [LintFinding] = []
        for child in kept.reversed() where kept.count > 1 {
            let others = kept.filter { $0.path != child.path }
            // In an `all` it is implied by the others, in an `any` it implies one of them.
            guard !canHold(Self.makesADifference(child, beside: others, isAll: isAll)) else {
                continue
            }
            kept = others
            found.append(redundant(child, beside: others, isAll: isAll))
        }
        findings += found.reversed()
    }

    private static func makesADifference(
        _ child: LintNode,
        beside others: [LintNode],
        isAll: Bool
    ) -> TruthFormula {
        isAll
            ? .both(others.map(\.formula) + [child.formula.negated])
            : .both(others.map(\.formula.negated) + [child.formula])
    }

    private mutating func redundant(
        _ child: LintNode,
        beside others: [LintNode],
        isAll: Bool
    ) -> LintFinding {
        var needed = others
        for other in others.reversed() {
            let rest = needed.filter { $0.path != other.path }
            if !canHold(Self.makesADifference(child, beside: rest, isAll: isAll)) { needed = rest }
        }
        return LintFinding(
            .redundantNode,
            .info,
            at: child.path,
            isAll
                ? "This can be left out: it holds whenever the others do."
                : "This can be left out: another one holds whenever it does.",
            related: needed.map(\.path)
        )
    }
}

// MARK: FAILED

extension ConditionLint {
    /// Looks for a state in which the condition holds, and a later one in which it does not.
    private mutating func lookForFailed(
        _ root: LintNode,
        _ leafCount: Int,
        _ byFact: [[Int]],
        _ spaces: [FactSpace?]
    ) {
        var pairs = TruthSearch(
            zip(byFact, spaces).map { numbers, space in
                TruthSearch.Fact(
                    leaves: numbers + numbers.map { $0 + leafCount },
                    truths: space?.pairs
                )
            }
        )
        let later = root.formula.negated.shifted(by: leafCount)
        switch pairs.canHold(.both([root.formula, later])) {
        case true?: break
        case nil: isComplete = false
        case false?:
            findings.append(
                LintFinding(
                    .failedUnreachable,
                    .info,
                    at: ConditionPath(),
                    "Once the condition has held nothing can turn it: no outcome becomes FAILED."
                )
            )
        }
    }
}
