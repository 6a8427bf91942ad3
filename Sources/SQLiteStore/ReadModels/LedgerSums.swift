// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain

/// What a batch of postings adds to the sums, each sum once.
///
/// A posting counts for its customer and for all customers, on its day and for all time.
struct LedgerSums {
    struct Place: Hashable {
        let account: Int64
        let group: LedgerGroup
        let day: Int
    }

    private(set) var sums: [Place: LedgerSum] = [:]

    init(of postings: [Posting], accounts: [AccountID: Int64]) {
        for posting in postings {
            guard let account = accounts[posting.account] else { continue }
            let days = [posting.recordedAt.utcDay, LedgerSumStatements.allTime]
            for customer in [posting.customer.text, LedgerSumStatements.allCustomers] {
                let group = LedgerGroup(
                    customer: customer,
                    agent: posting.agent.text,
                    currency: Text(posting.currency.code)
                )
                for day in days {
                    sums[Place(account: account, group: group, day: day), default: LedgerSum()]
                        .add(posting.amount)
                }
            }
        }
    }
}
