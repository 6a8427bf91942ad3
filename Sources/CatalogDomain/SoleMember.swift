// SPDX-License-Identifier: Apache-2.0

import OutcomeDomain

/// A set of agents that remembers who was alone in it at each catalog version.
///
/// This is what inference needs (SPEC 4, Which agent), kept so that answering is a binary search.
struct SoleMember: Sendable {
    private struct Turn: Sendable {
        let version: Int
        let sole: Slug?
    }

    /// The agents that are in the set now, sorted.
    private var members: [Slug] = []
    /// Who was alone from a version on; one entry for each time that changed.
    private var turns: [Turn] = []

    /// The only agent in the set at a catalog version; nil when there were none or several.
    func agent(at version: Int) -> Slug? {
        var lower = 0
        var upper = turns.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if turns[middle].version <= version { lower = middle + 1 } else { upper = middle }
        }
        return lower == 0 ? nil : turns[lower - 1].sole
    }

    mutating func insert(_ agent: Slug, at version: Int) {
        let index = index(of: agent)
        guard index == members.count || members[index] != agent else { return }
        members.insert(agent, at: index)
        note(version)
    }

    mutating func remove(_ agent: Slug, at version: Int) {
        let index = index(of: agent)
        guard index < members.count, members[index] == agent else { return }
        members.remove(at: index)
        note(version)
    }

    private mutating func note(_ version: Int) {
        let sole = members.count == 1 ? members[0] : nil
        guard sole != turns.last?.sole else { return }
        turns.append(Turn(version: version, sole: sole))
    }

    private func index(of agent: Slug) -> Int {
        var lower = 0
        var upper = members.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if members[middle] < agent { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}
