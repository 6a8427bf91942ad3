// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
package import DeadLetters
import EventStore
package import ExactValues
import OutcomeDomain
package import OutcomeRuntime
package import ProjectionKit

/// What redrives and discards do, whoever asks: the API or the dashboard.
extension APIServices {
    /// At most this many pages are read for one call; what lies behind them is `more`.
    private static let letterLimitPages = 40

    /// The outstanding letters after a place that pass a filter, at most as many as one call takes.
    ///
    /// They are found newest first and answered earliest first, so that they are tried in the order
    /// they came. What is redriven and stays a dead letter stays in the list: only the place leads
    /// past it.
    package func outstandingLetters(
        _ filter: DeadLetterFilter,
        of account: AccountID,
        after place: PageCursor?
    ) async throws -> ChosenLetters {
        var chosen = ChosenLetters()
        var cursor = place
        for _ in 0..<Self.letterLimitPages {
            let wanted = min(limits.redriveLetters - chosen.letters.count, PageLimits.maximumRows)
            let page = try await deadLetters.deadLetters(
                of: account,
                filter: filter,
                limit: wanted,
                after: cursor
            )
            chosen.letters += page.elements.map(ChosenLetters.Letter.init)
            cursor = page.next
            if cursor == nil || chosen.letters.count == limits.redriveLetters { break }
        }
        chosen.next = cursor
        chosen.sort()
        return chosen
    }

    /// What redriving or discarding letters would make of their keys, at the account's time; nothing
    /// is written.
    package func dryRun(
        _ action: LetterAction,
        of chosen: ChosenLetters,
        as principal: Principal
    ) async throws -> [DryRunOutcome] {
        let now =
            principal.catalog.isSandbox ? try await intake.testClock(of: principal) : clock.now()
        return try await outcomes.dryRun(
            action,
            of: chosen.letters.map { ($0.key, $0.eventID) },
            account: principal.account,
            catalog: principal.catalog,
            now: now
        )
    }
}

extension [DryRunOutcome] {
    /// What the request would add in each currency, sorted by its code.
    package var totals: [(currency: String, amount: WideDecimal)] {
        var totals: [String: WideDecimal] = [:]
        for case let charge? in map(\.addedCharge) {
            totals[charge.currency.code, default: .zero] += charge.amount
        }
        return totals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
