// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain
public import Simulation

/// Which outcomes are to be decided again, and by what.
public struct SimulationRequest: Hashable, Sendable {
    /// Where prices come from.
    public enum Price: Hashable, Sendable {
        /// Each outcome keeps its own.
        case own
        /// The agent's entry on a rate card of the account.
        case rateCard(Slug)
        /// This one.
        case fixed(CandidatePrice)
    }

    /// The candidate contract.
    public var contract: Contract
    /// The agent whose outcomes are decided again.
    public var agent: Slug
    /// Where prices come from.
    public var price = Price.own
    /// Only outcomes of this customer.
    public var customer: CustomerKey?
    /// Only outcomes opened then or later.
    public var openedFrom: Timestamp?
    /// Only outcomes opened before that.
    public var openedBefore: Timestamp?
    /// The newest so many; held to 1...`StudyLimits.maximumOutcomes`.
    public var outcomes = StudyLimits.defaultOutcomes
    /// So many changed outcomes are told one by one; held to 0...`StudyLimits.maximumChanges`.
    public var changes = StudyLimits.defaultChanges
    /// Where an earlier answer was read; nil for now.
    public var position: SimulationPosition?

    /// Asks about the newest outcomes of an agent.
    public init(contract: Contract, agent: Slug) {
        self.contract = contract
        self.agent = agent
    }
}

/// How far a simulation has come.
public struct SimulationProgress: Hashable, Sendable {
    /// So many outcomes have been decided again.
    public let done: Int
    /// Of at most so many.
    public let of: Int
}

/// Who would change from what to what, and the money.
public struct SimulationResult: Hashable, Sendable {
    /// An outcome that would be another.
    public struct Change: Hashable, Sendable {
        /// Its key.
        public let key: OutcomeKey
        /// As it is, as it would be, and why.
        public let comparison: SimulatedComparison
    }

    /// What was read; the same request at this position has the same answer.
    public let position: SimulationPosition
    /// The request, without its position.
    public let request: SimulationRequest
    /// From state to state, and the totals.
    public let table: SimulationTable
    /// The first changed outcomes, the newest first.
    public let changes: [Change]
    /// Whether there are more outcomes that fit the request than it asked about.
    public let hasMore: Bool
}
