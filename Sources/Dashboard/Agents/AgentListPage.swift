// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// The agents of an account, those in use or the archived ones.
struct AgentListPage: PageModel {
    /// An agent as a row.
    struct Line: Sendable {
        let key: String
        let name: String
        let path: String
        let version: Int
        let sentence: [ConditionSentence.Piece]
        let window: String
        let unit: String?
        let updatedAt: Instant

        init(_ agent: Agent) {
            key = agent.key.description
            name = agent.name.string
            path = AgentPages.path(of: agent.key)
            version = agent.contractVersion
            sentence = ConditionSentence(agent.contract.condition).pieces
            window = Span(seconds: agent.contract.settlementPeriodSeconds).words
            unit = agent.contract.unit?.string
            updatedAt = Instant(agent.updated.time)
        }
    }

    let template = "agents"
    let shell: Shell
    let isArchive: Bool
    let lines: [Line]
    let hasLines: Bool
    /// Where the list goes on; nil at its end.
    let next: String?
    /// Whether this is not its beginning.
    let isLater: Bool
    let curl: String
}

extension AgentListPage {
    /// Some agents in the order of their keys.
    struct Slice: Sendable {
        let agents: [Agent]
        /// The key after which the list goes on; nil at its end.
        let next: Slug?
    }

    /// Rows of a page.
    static let limitLines = 50
    /// So many agents of the other kind are passed over before a page is shown as it is.
    static let limitPassedOver = 5_000
    private static let limitStep = 250

    /// The agents after a key that are archived, or that are not.
    static func slice(_ catalog: Catalog, archived: Bool, after key: Slug?) -> Slice {
        var found: [Agent] = []
        var last = key
        var looked = 0
        while looked < limitPassedOver {
            let step = catalog.agents(after: last, limit: limitStep)
            for agent in step {
                if agent.isArchived == archived {
                    guard found.count < limitLines else {
                        return Slice(agents: found, next: found.last?.key)
                    }
                    found.append(agent)
                }
                last = agent.key
            }
            looked += step.count
            guard step.count == limitStep else { return Slice(agents: found, next: nil) }
        }
        return Slice(agents: found, next: last)
    }
}
