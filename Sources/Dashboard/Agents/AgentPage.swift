// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// One agent: its contract in words and as a tree, and how it became so.
struct AgentPage: PageModel {
    /// A numbered version of the contract.
    struct Version: Sendable {
        let number: Int
        let at: Instant
        let author: String
        /// What made it another than the one before; nil for the first.
        let summary: String?
        /// Where the difference to the one before is; nil for the first.
        let difference: String?
        let isCurrent: Bool
    }

    /// The difference between two versions.
    struct Difference: Sendable {
        let from: Int
        let to: Int
        let fromAuthor: String
        let fromAt: Instant
        let toAuthor: String
        let toAt: Instant
        let terms: [ContractDifference.Term]
        /// The condition's tree as a list of one; empty when the condition is the same.
        let tree: [ConditionRow]
        let isSame: Bool
    }

    let template = "agent"
    let shell: Shell
    let key: String
    let name: String
    let path: String
    let isArchived: Bool
    let version: Int
    let sentence: [ConditionSentence.Piece]
    /// The condition as a list of one node.
    let tree: [ConditionRow]
    let leaves: Int
    let depth: Int
    let window: String
    let attribution: String
    let unit: String?
    let hash: String
    let json: String
    let createdAt: Instant
    let updatedAt: Instant
    let updatedBy: String
    let versions: [Version]
    /// Where older versions are; nil when all are shown.
    let older: String?
    /// How many versions there are.
    let newest: Int
    let difference: Difference?
    let curl: String
}

extension AttributionMethod {
    /// How quantities are counted, in words.
    var words: String {
        switch self {
        case .first: "the first number that was sent"
        case .last: "the last number that was sent"
        case .min: "the smallest number that was sent"
        case .max: "the largest number that was sent"
        case .sum: "the sum of all numbers that were sent"
        }
    }
}
