// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import DeadLetters
import EventStore
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit

/// How things stand: the page one lands on.
enum OverviewPages {
    static let routes: [PageRoute] = [.get("/dashboard", overview)]

    private static let newestLimitOutcomes = 10
    private static let feed = "outcomes_feed"
    private static let deadLetters = "dead_letters"

    private static func overview(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [feed, deadLetters])
        let services = call.services
        let today = try await call.now().utcDay
        let first = today - OverviewFigures.shownDays + 1
        let page = try await services.feed.outcomes(
            of: call.account,
            filter: OutcomeFilter(),
            limit: newestLimitOutcomes,
            after: nil
        )
        let letters = try await services.deadLetters.deadLetterCounts(of: call.account)
        let figures = OverviewFigures(
            today: today,
            daily: try await services.sums.outcomeCounts(
                of: call.account,
                agent: nil,
                openedOn: max(0, first)...max(0, today)
            ),
            ever: try await services.sums.outcomeCounts(of: call.account).values.reduce(
                into: OutcomeCounts()
            ) { $0.add($1) },
            confirmed: try await services.sums.outcomeMoney(
                of: call.account,
                .confirmed,
                on: max(0, first - OverviewFigures.shownDays)...max(0, today)
            ),
            pending: try await services.sums.outcomeMoney(
                of: call.account,
                .pending,
                on: 0...Timestamp.latest.utcDay
            ),
            deadLetters: letters.values.reduce(0, +),
            lagEvents: lag(services.progress)
        )
        return .page(
            OverviewPage(
                shell: Shell(title: "Overview", section: .overview, call),
                curl: Curl.get(
                    "/v1/outcomes?limit=\(newestLimitOutcomes)",
                    at: call.dashboard.publicURL
                ),
                newest: page.elements.map(OutcomeLine.init),
                figures: figures
            )
        )
    }

    /// How many events the feed has yet to show.
    private static func lag(_ progress: ProgressBoard) -> Int64 {
        let reached = progress.checkpoints(of: feed)
        return progress.partitions.reduce(0) { sum, partition in
            sum + max(0, partition.value.head.value - (reached[partition.key]?.value ?? 0))
        }
    }
}

/// The overview.
struct OverviewPage: PageModel {
    let template = "overview"
    let shell: Shell
    let curl: String
    let newest: [OutcomeLine]
    let figures: OverviewFigures
}

/// An outcome as a row of a list.
struct OutcomeLine {
    let key: String
    let path: String
    let state: String
    let agent: String
    let customer: String
    let openedAt: Instant
    /// Amount and currency; nil unless CONFIRMED.
    let amount: String?

    init(_ view: OutcomeView) {
        let row = view.row
        key = row.key.text.string
        path = Self.path(of: row.key)
        state = row.progress.state.rawValue
        agent = row.agent.text.string
        customer = row.customer.text.string
        openedAt = Instant(row.openedAt)
        amount = row.progress.amount.map { Money.text($0, row.currency) }
    }
}
