// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import OutcomesFeed

/// What a batch changes in the sums over outcomes, each sum once: a few rows, however many outcomes
/// the batch touches.
struct OutcomeSumChanges {
    struct CountPlace: Hashable {
        let account: Int64
        let day: Int
        let agent: Text
        let state: OutcomeState
    }

    struct AmountPlace: Hashable {
        let account: Int64
        let kind: OutcomeMoneyKind
        let day: Int
        let currency: Text
    }

    struct Sum: Hashable {
        var outcomes = 0
        var amount = WideDecimal.zero

        mutating func add(_ outcomes: Int, _ amount: WideDecimal) {
            self.outcomes += outcomes
            self.amount += amount
        }
    }

    /// What an outcome's sums go by, and never changes.
    struct Terms {
        let account: Int64
        let openedAt: Timestamp
        let agent: Text
        let price: Decimal
        let currency: Text
    }

    private(set) var counts: [CountPlace: Int] = [:]
    private(set) var amounts: [AmountPlace: Sum] = [:]

    /// An outcome's share is another than it was; before it opened it had none.
    mutating func replace(_ before: OutcomeShare?, by after: OutcomeShare, _ terms: Terms) {
        if let before { count(before, -1, terms) }
        count(after, 1, terms)
    }

    private mutating func count(_ share: OutcomeShare, _ times: Int, _ terms: Terms) {
        for day in [terms.openedAt.utcDay, OutcomeSumStatements.allTime] {
            let place = CountPlace(
                account: terms.account,
                day: day,
                agent: terms.agent,
                state: share.state
            )
            counts[place, default: 0] += times
        }
        guard let money = share.money else { return }
        let place = AmountPlace(
            account: terms.account,
            kind: money.kind,
            day: money.day,
            currency: terms.currency
        )
        let amount = WideDecimal(terms.price) * money.quantity
        amounts[place, default: Sum()].add(times, times < 0 ? -amount : amount)
    }
}
