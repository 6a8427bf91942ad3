// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// A rate card as of a catalog version (SPEC 2, Rate card).
public struct RateCard: Hashable, Sendable {
    /// Its key.
    public let key: Slug
    /// Its name.
    public internal(set) var name: Text
    /// The currency of its prices.
    public internal(set) var currency: Currency
    /// The number of its version, from 1.
    public internal(set) var version: Int
    /// One price an agent, sorted by the agents' keys.
    public internal(set) var entries: [RateCardEntry]
    /// Whether it is archived; its assignments are in force all the same.
    public internal(set) var isArchived: Bool
    /// When it was first put.
    public let created: ChangeStamp
    /// When it became as it is here.
    public internal(set) var updated: ChangeStamp

    /// The price of one unit of an agent's work; nil when there is no entry for it.
    public func price(of agent: Slug) -> Decimal? {
        var lower = 0
        var upper = entries.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if entries[middle].agent < agent { lower = middle + 1 } else { upper = middle }
        }
        guard lower < entries.count, entries[lower].agent == agent else { return nil }
        return entries[lower].price
    }
}
