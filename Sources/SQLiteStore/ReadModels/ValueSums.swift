// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import ValueDelivered

/// What a batch of records adds to the sums, each sum once.
///
/// A record counts for the whole account, and for its user if it has one.
struct ValueSums {
    /// Whose sums.
    struct Owner: Hashable {
        let account: Int64
        /// Nil for the whole account.
        let user: Int64?
    }

    struct MonthPlace: Hashable {
        let owner: Owner
        let month: Month
        let kind: ValueKind
    }

    struct AgentPlace: Hashable {
        let owner: Owner
        let month: Month
        let agent: Int64?
    }

    private(set) var months: [MonthPlace: ValueSum] = [:]
    private(set) var agents: [AgentPlace: ValueSum] = [:]

    mutating func add(_ record: ValueRecord, account: Int64) {
        let month = Month(of: record.createdAt)
        let value = record.value
        var owners = [Owner(account: account, user: nil)]
        if let user = value.user { owners.append(Owner(account: account, user: user)) }
        for owner in owners {
            let byKind = MonthPlace(owner: owner, month: month, kind: value.kind)
            months[byKind, default: ValueSum()].add(value)
            let byAgent = AgentPlace(owner: owner, month: month, agent: value.agent)
            agents[byAgent, default: ValueSum()].add(value)
        }
    }
}
