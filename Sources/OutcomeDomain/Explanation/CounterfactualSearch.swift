// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Looks for the smallest change of an outcome's signals that turns its result (ADR 0034).
///
/// Changes of one action's signals are all tried. Of several together the tree's own minimum is:
/// every child that has to turn, or the one that is cheapest to turn. What is found is decided again
/// before it is told.
struct CounterfactualSearch {
    /// At most so many findings are decided again.
    static let verifiedLimitPlans = 16
    /// So many signals are decided again in all; the smallest finding is whatever it takes.
    static let verifiedLimitSignals = 40_000

    private let changed: ChangedOutcome
    private let facts: [Action]
    /// The condition with its leaves numbered in order.
    private let tree: Question
    private var leaves: [Leaf] = []
    /// By fact.
    private var choices: [FactChoices] = []

    private indirect enum Question {
        case all([Question])
        case any([Question])
        case not(Question)
        case leaf(Int)
    }

    private struct Leaf {
        let fact: Int
        /// Which of its action's leaves it is.
        let place: Int
    }

    /// What leaves are asked to be.
    private typealias Demand = [Int: Bool]

    /// For each fact which of its choices; the first is no change.
    private struct Plan {
        var picks: [Int: Int] = [:]
        var cost = 0
        var rank = 0
    }

    init(_ changed: ChangedOutcome) {
        self.changed = changed
        let contract = changed.live.terms.contract
        facts = contract.facts
        var byFact = [[ConditionLeaf]](repeating: [], count: facts.count)
        var leaves: [Leaf] = []
        func question(_ condition: Condition) -> Question {
            switch condition {
            case .all(let children): return .all(children.map(question))
            case .any(let children): return .any(children.map(question))
            case .not(let child): return .not(question(child))
            case .leaf(let leaf):
                let fact = contract.factIndex(of: leaf.fact) ?? 0
                leaves.append(Leaf(fact: fact, place: byFact[fact].count))
                byFact[fact].append(leaf)
                return .leaf(leaves.count - 1)
            }
        }
        tree = question(contract.condition)
        self.leaves = leaves
        let applied = changed.applied
        let last = applied.signals.last
        choices = facts.indices.map { fact in
            // Without room what is added comes before the last signal, whose value stays.
            let keepsValue =
                !changed.hasRoom && last?.action == facts[fact] && last?.value != nil
            return FactChoices(
                action: facts[fact],
                leaves: byFact[fact],
                tally: changed.live.tallies[fact],
                addsValues: !keepsValue,
                latestValue: { applied.latestValue(ofFirst: $0, of: fact) }
            )
        }
    }

    /// The smallest change found, and how the outcome would have ended with it.
    func smallest() -> (changes: [FactChange], ending: Ending)? {
        let wanted = !holds(tree, Plan())
        var plans = singles(wanted)
        if let combined = minimum(tree, wanted).flatMap(plan(for:)), !combined.picks.isEmpty,
            holds(tree, combined) == wanted
        {
            // Before it come those of the same cost, which change one action only.
            let index = plans.firstIndex { combined.cost < $0.cost } ?? plans.endIndex
            plans.insert(combined, at: index)
        }
        var left = Self.verifiedLimitSignals
        for (number, plan) in plans.prefix(Self.verifiedLimitPlans).enumerated() {
            let changes = plan.picks.sorted { $0.key < $1.key }
                .compactMap { choices[$0.key].choices[$0.value].change }
            let work = changed.work(for: changes)
            guard number == 0 || work <= left else { return nil }
            left -= work
            guard let ending = changed.ending(with: changes),
                (ending.state == .confirmed) == wanted
            else { continue }
            return (changes, ending)
        }
        return nil
    }

    /// The changes of one action's signals that turn the result, the smallest first; of equal ones
    /// that of the action the condition names first.
    private func singles(_ wanted: Bool) -> [Plan] {
        var found: [(fact: Int, choice: Int)] = []
        for fact in facts.indices {
            for (index, choice) in choices[fact].choices.enumerated() where choice.change != nil {
                let plan = Plan(picks: [fact: index])
                if holds(tree, plan) == wanted { found.append((fact, index)) }
            }
        }
        let ordered = found.enumerated().sorted { left, right in
            let (mine, theirs) = (choice(left.element), choice(right.element))
            return (mine.cost, mine.rank, left.offset) < (theirs.cost, theirs.rank, right.offset)
        }
        return ordered.map { _, pick in
            Plan(
                picks: [pick.fact: pick.choice],
                cost: choice(pick).cost
            )
        }
    }

    private func choice(_ pick: (fact: Int, choice: Int)) -> FactChoice {
        choices[pick.fact].choices[pick.choice]
    }

    private func holds(_ question: Question, _ plan: Plan) -> Bool {
        switch question {
        case .all(let children): return children.allSatisfy { holds($0, plan) }
        case .any(let children): return children.contains { holds($0, plan) }
        case .not(let child): return !holds(child, plan)
        case .leaf(let number):
            let leaf = leaves[number]
            return choices[leaf.fact].choices[plan.picks[leaf.fact] ?? 0].truth[leaf.place]
        }
    }

    // MARK: The tree's own minimum

    /// What the leaves below have to be, at the least cost, so that the node is as wanted.
    private func minimum(_ question: Question, _ wanted: Bool) -> Demand? {
        switch question {
        case .leaf(let number):
            let demand = [number: wanted]
            return plan(for: demand) == nil ? nil : demand
        case .not(let child):
            return minimum(child, !wanted)
        case .all(let children):
            return wanted ? together(children, true) : cheapest(children, false)
        case .any(let children):
            return wanted ? cheapest(children, true) : together(children, false)
        }
    }

    private func together(_ children: [Question], _ wanted: Bool) -> Demand? {
        var demand: Demand = [:]
        for child in children {
            guard let part = minimum(child, wanted) else { return nil }
            demand.merge(part) { first, _ in first }
        }
        return plan(for: demand) == nil ? nil : demand
    }

    private func cheapest(_ children: [Question], _ wanted: Bool) -> Demand? {
        var best: (demand: Demand, cost: Int, rank: Int)?
        for child in children {
            guard let demand = minimum(child, wanted), let plan = plan(for: demand) else {
                continue
            }
            if let best, (best.cost, best.rank) <= (plan.cost, plan.rank) { continue }
            best = (demand, plan.cost, plan.rank)
        }
        return best?.demand
    }

    /// The smallest choice of each action that makes its leaves what they are asked to be.
    private func plan(for demand: Demand) -> Plan? {
        var byFact: [Int: [(place: Int, wanted: Bool)]] = [:]
        for (number, wanted) in demand {
            byFact[leaves[number].fact, default: []].append((leaves[number].place, wanted))
        }
        var plan = Plan()
        for (fact, wishes) in byFact {
            let index = choices[fact].choices.firstIndex { choice in
                wishes.allSatisfy { choice.truth[$0.place] == $0.wanted }
            }
            guard let index else { return nil }
            guard let change = choices[fact].choices[index].change else { continue }
            plan.picks[fact] = index
            plan.cost += change.cost
            plan.rank = max(plan.rank, change.rank)
        }
        return plan
    }
}
