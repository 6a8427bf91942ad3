// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomesFeed

/// The feed of outcomes.
struct OutcomeListPage: PageModel {
    /// A state that can be asked for.
    struct StateOption {
        let value: String
        let text: String
        let isSelected: Bool
    }

    /// What the page's script listens to.
    struct Live {
        /// The stream, from where the page was made.
        let stream: String
        /// Rows of other states are not added.
        let state: String?
    }

    let template = "outcomes"
    let shell: Shell
    let states: [StateOption]
    let agent: String?
    let customer: String?
    /// Keys to choose from; not all of them where there are many.
    let agents: [String]
    let isFiltered: Bool
    let rows: [OutcomeFeedLine]
    /// The page after this one.
    let next: String?
    /// The first page; nil on it.
    let first: String?
    /// Nil but on the first page.
    let live: Live?
    let curls: [CurlCommand]
}

/// An outcome as a row of the feed.
struct OutcomeFeedLine {
    let key: String
    let path: String
    let state: String
    /// What it becomes if nothing else comes.
    let then: String?
    let agent: String
    let customer: String
    let signals: Int
    let openedAt: Instant
    let settlesAt: Instant
    /// Amount and currency; nil unless CONFIRMED.
    let amount: String?

    init(_ view: OutcomeView) {
        let row = view.row
        key = row.key.text.string
        path = OutcomeLine.path(of: row.key)
        state = row.progress.state.rawValue
        then = row.progress.state == .open ? "MISSED" : row.progress.scheduledResolution?.rawValue
        agent = row.agent.text.string
        customer = row.customer.text.string
        signals = row.progress.signalCount
        openedAt = Instant(row.openedAt)
        settlesAt = Instant(row.progress.settlesAt)
        amount = row.progress.amount.map { Money.text($0, row.currency) }
    }
}
