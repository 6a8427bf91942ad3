// SPDX-License-Identifier: Apache-2.0

/// Looks for a way in which a formula comes true, or finds that there is none.
///
/// Leaves hang together by their facts, and only by them: parts that share no fact are looked at
/// apart. The search is exact, and gives up where it would take too long.
struct TruthSearch {
    /// One fact: which leaves are its, and what they can be together.
    struct Fact {
        let leaves: [Int]
        /// Nil where they are too many to be looked at.
        let truths: [[Bool]]?
    }

    /// So many nodes are looked at for one question.
    static let limitNodes = 50_000
    /// So many for all questions of one search.
    static let limitAllNodes = 500_000
    /// So many truths of a fact that are gone through cost as much as a node.
    private static let truthsPerNode = 128

    /// What the leaves of some facts can still be, where that is less than all there is.
    private typealias Left = [Int: [[Bool]]]

    private let facts: [Fact]
    private let factOf: [Int: Int]
    private var spent = 0
    private var allowance = 0

    init(_ facts: [Fact]) {
        self.facts = facts
        factOf = Dictionary(
            uniqueKeysWithValues: facts.enumerated().flatMap { number, fact in
                fact.leaves.map { ($0, number) }
            }
        )
    }

    /// Whether the formula can be true; nil where that was not found out.
    mutating func canHold(_ formula: TruthFormula) -> Bool? {
        allowance = min(spent + Self.limitNodes, Self.limitAllNodes)
        return search(formula.assigning({ _ in nil }, cost: &spent), [:])
    }

    /// False where there is no way, nil where one may have been missed.
    private mutating func search(_ formula: TruthFormula, _ left: Left) -> Bool? {
        spent += 1
        guard spent < allowance else { return nil }
        switch formula {
        case .constant(let truth): return truth
        case .leaf(let leaf, let wanted):
            return narrow(leaf, wanted, left).map { !$0.truths.isEmpty }
        case .any(let children): return one(of: children, left)
        case .all(let children): return all(of: children, left)
        }
    }

    /// What the leaf's fact can still be when the leaf is as wanted; nil where that is not known.
    private mutating func narrow(
        _ leaf: Int,
        _ wanted: Bool,
        _ left: Left
    ) -> (fact: Int, truths: [[Bool]])? {
        guard let number = factOf[leaf], let truths = left[number] ?? facts[number].truths,
            let place = facts[number].leaves.firstIndex(of: leaf)
        else { return nil }
        spent += truths.count / Self.truthsPerNode
        return (number, truths.filter { $0[place] == wanted })
    }

    private mutating func one(of children: [TruthFormula], _ left: Left) -> Bool? {
        var isCertain = true
        for child in children {
            switch search(child, left) {
            case true?: return true
            case false?: break
            case nil: isCertain = false
            }
        }
        return isCertain ? false : nil
    }

    private mutating func all(of children: [TruthFormula], _ left: Left) -> Bool? {
        var left = left
        var narrowed: Set<Int> = []
        var rest: [TruthFormula] = []
        var isCertain = true
        for child in children {
            guard case .leaf(let leaf, let wanted) = child else {
                rest.append(child)
                continue
            }
            guard let (fact, truths) = narrow(leaf, wanted, left) else {
                isCertain = false
                continue
            }
            guard !truths.isEmpty else { return false }
            spent += 1
            left[fact] = truths
            narrowed.insert(fact)
        }
        let found: Bool? =
            if rest.isEmpty {
                true
            } else if narrowed.isEmpty {
                parts(rest, left)
            } else {
                search(.both(assigning(rest, narrowed, left)), left)
            }
        return found == true && !isCertain ? nil : found
    }

    /// The formulas with what is certain of the facts that have become narrower.
    private mutating func assigning(
        _ formulas: [TruthFormula],
        _ narrowed: Set<Int>,
        _ left: Left
    ) -> [TruthFormula] {
        var known: [Int: Bool] = [:]
        for fact in narrowed {
            guard let truths = left[fact], let first = truths.first else { continue }
            spent += facts[fact].leaves.count + truths.count / Self.truthsPerNode
            for (place, leaf) in facts[fact].leaves.enumerated()
            where truths.allSatisfy({ $0[place] == first[place] }) {
                known[leaf] = first[place]
            }
        }
        return formulas.map { $0.assigning({ known[$0] }, cost: &spent) }
    }

    private mutating func parts(_ children: [TruthFormula], _ left: Left) -> Bool? {
        var isCertain = true
        for part in apart(children) {
            switch part.count == 1 ? search(part[0], left) : branch(part, left) {
            case true?: break
            case false?: return false
            case nil: isCertain = false
            }
        }
        return isCertain ? true : nil
    }

    /// The children in groups that share no fact.
    private mutating func apart(_ children: [TruthFormula]) -> [[TruthFormula]] {
        var groups: [[Int]] = []
        var groupOf: [Int: Int] = [:]
        var factsOf: [[Int]] = []
        for (place, child) in children.enumerated() {
            let found = child.leaves.compactMap { factOf[$0] }
            spent += found.count
            let joined = Set(found.compactMap { groupOf[$0] }).sorted()
            let target = joined.first ?? groups.count
            if joined.isEmpty {
                groups.append([])
                factsOf.append([])
            }
            for other in joined.dropFirst() {
                groups[target] += groups[other]
                factsOf[target] += factsOf[other]
                for fact in factsOf[other] {
                    groupOf[fact] = target
                }
                (groups[other], factsOf[other]) = ([], [])
            }
            groups[target].append(place)
            for fact in found where groupOf.updateValue(target, forKey: fact) == nil {
                factsOf[target].append(fact)
            }
        }
        return groups.filter { !$0.isEmpty }.map { $0.sorted().map { children[$0] } }
    }

    /// Tries everything that the fact most asked about can be.
    private mutating func branch(_ children: [TruthFormula], _ left: Left) -> Bool? {
        let formula = TruthFormula.all(children)
        var uses: [Int: Set<Int>] = [:]
        for leaf in formula.leaves {
            if let fact = factOf[leaf] { uses[fact, default: []].insert(leaf) }
        }
        let chosen = uses.filter { facts[$0.key].truths != nil }
            .max { ($0.value.count, -$0.key) < ($1.value.count, -$1.key) }
        guard let (number, asked) = chosen, let truths = left[number] ?? facts[number].truths
        else { return nil }
        let places = facts[number].leaves.indices.filter {
            asked.contains(facts[number].leaves[$0])
        }
        spent += truths.count * places.count / Self.truthsPerNode
        var tried: Set<[Bool]> = []
        var isCertain = true
        for truth in truths {
            let choice = places.map { truth[$0] }
            guard tried.insert(choice).inserted else { continue }
            let known = Dictionary(
                uniqueKeysWithValues: zip(places.map { facts[number].leaves[$0] }, choice)
            )
            let rest = formula.assigning({ known[$0] }, cost: &spent)
            guard spent < allowance else { return nil }
            switch search(rest, left) {
            case true?: return true
            case false?: break
            case nil: isCertain = false
            }
        }
        return isCertain ? false : nil
    }
}
