// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// An agent as of a catalog version (SPEC 2, Agent).
public struct Agent: Hashable, Sendable {
    /// Its key.
    public let key: Slug
    /// Its name.
    public internal(set) var name: Text
    /// The number of its contract version, from 1.
    public internal(set) var contractVersion: Int
    /// Its contract.
    public internal(set) var contract: Contract
    /// Whether it opens nothing new and is not inferred.
    public internal(set) var isArchived: Bool
    /// When it was first put.
    public let created: ChangeStamp
    /// When it became as it is here.
    public internal(set) var updated: ChangeStamp
}

/// One numbered version of an agent's contract (SPEC 2).
public struct ContractVersion: Hashable, Sendable {
    /// Its number, from 1.
    public let number: Int
    /// The contract.
    public let contract: Contract
    /// The catalog version that brought it.
    public let catalogVersion: Int
    /// When that was.
    public let time: Timestamp
    /// Who brought it.
    public let author: Author
    /// The id of the request it came with, where that is known.
    public let request: String?

    init(_ agent: Agent) {
        number = agent.contractVersion
        contract = agent.contract
        catalogVersion = agent.updated.version
        time = agent.updated.time
        author = agent.updated.author
        request = agent.updated.request
    }
}
