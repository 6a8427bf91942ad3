// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
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

    private static func overview(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp()
        let page = try await call.services.feed.outcomes(
            of: call.account,
            filter: OutcomeFilter(),
            limit: newestLimitOutcomes,
            after: nil
        )
        return .page(
            OverviewPage(
                shell: Shell(title: "Overview", section: .overview, call),
                newest: page.elements.map(OutcomeLine.init)
            )
        )
    }
}

/// The overview.
struct OverviewPage: PageModel {
    let template = "overview"
    let shell: Shell
    let newest: [OutcomeLine]
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
        amount = row.progress.amount.map { "\($0) \(row.currency.code)" }
    }
}
