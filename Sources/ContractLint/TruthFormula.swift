// SPDX-License-Identifier: Apache-2.0

/// A condition without `not`: that is pushed down to the leaves.
///
/// A leaf is a number among all those of a question, with the truth it is asked to have.
indirect enum TruthFormula {
    case constant(Bool)
    case leaf(Int, Bool)
    case all([TruthFormula])
    case any([TruthFormula])
}

extension TruthFormula {
    /// The leaves in it.
    var leaves: Set<Int> {
        var found: Set<Int> = []
        collect(into: &found)
        return found
    }

    private func collect(into found: inout Set<Int>) {
        switch self {
        case .constant: break
        case .leaf(let leaf, _): found.insert(leaf)
        case .all(let children), .any(let children):
            for child in children {
                child.collect(into: &found)
            }
        }
    }

    /// Every child, and nothing that is certain.
    static func both(_ children: some Sequence<TruthFormula>) -> TruthFormula {
        joined(children, neutral: true) { .all($0) }
    }

    /// One child, and nothing that is certain.
    static func either(_ children: some Sequence<TruthFormula>) -> TruthFormula {
        joined(children, neutral: false) { .any($0) }
    }

    private static func joined(
        _ children: some Sequence<TruthFormula>,
        neutral: Bool,
        _ make: ([TruthFormula]) -> TruthFormula
    ) -> TruthFormula {
        var kept: [TruthFormula] = []
        for child in children {
            switch child {
            case .constant(neutral): continue
            case .constant: return child
            case .all(let inner) where neutral: kept += inner
            case .any(let inner) where !neutral: kept += inner
            default: kept.append(child)
            }
        }
        if kept.isEmpty { return .constant(neutral) }
        return kept.count == 1 ? kept[0] : make(kept)
    }

    /// The opposite.
    var negated: TruthFormula {
        switch self {
        case .constant(let truth): .constant(!truth)
        case .leaf(let leaf, let wanted): .leaf(leaf, !wanted)
        case .all(let children): .any(children.map(\.negated))
        case .any(let children): .all(children.map(\.negated))
        }
    }

    /// The same question about leaves that stand so much further on.
    func shifted(by distance: Int) -> TruthFormula {
        switch self {
        case .constant: self
        case .leaf(let leaf, let wanted): .leaf(leaf + distance, wanted)
        case .all(let children): .all(children.map { $0.shifted(by: distance) })
        case .any(let children): .any(children.map { $0.shifted(by: distance) })
        }
    }

    /// What is left of it once some leaves are known; `known` gives nil for the others.
    func assigning(_ known: (Int) -> Bool?, cost: inout Int) -> TruthFormula {
        cost += 1
        switch self {
        case .constant:
            return self
        case .leaf(let leaf, let wanted):
            return known(leaf).map { .constant($0 == wanted) } ?? self
        case .all(let children):
            return .both(children.map { $0.assigning(known, cost: &cost) })
        case .any(let children):
            return .either(children.map { $0.assigning(known, cost: &cost) })
        }
    }
}
