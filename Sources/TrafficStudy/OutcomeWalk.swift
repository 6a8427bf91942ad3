// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain
import OutcomesFeed
import ProjectionKit

/// Goes through an account's outcomes, the newest first, a page at a time.
struct OutcomeWalk {
    /// So many outcomes are read from the feed at a time.
    static let pageLimitRows = 100

    private let feed: any OutcomesFeedReader
    private let account: AccountID
    private let filter: OutcomeFilter
    private let openedFrom: Timestamp?
    private var cursor: PageCursor?
    /// Whether there is nothing more.
    private(set) var isOver = false

    init(
        _ feed: any OutcomesFeedReader,
        account: AccountID,
        agent: Slug?,
        customer: CustomerKey? = nil,
        openedFrom: Timestamp? = nil,
        openedBefore: Timestamp? = nil
    ) {
        self.feed = feed
        self.account = account
        filter = OutcomeFilter(agent: agent, customer: customer)
        self.openedFrom = openedFrom
        // Before every key of that instant come those of the instants before it.
        cursor = openedBefore.map {
            PageCursor(list: .outcomes, account: account, time: $0, tie: [])
        }
    }

    /// The next outcomes; may be none though there are more.
    mutating func next() async throws(StoreError) -> [OutcomeRow] {
        guard !isOver else { return [] }
        let page = try await feed.outcomes(
            of: account,
            filter: filter,
            limit: Self.pageLimitRows,
            after: cursor
        )
        cursor = page.next
        isOver = page.next == nil
        var rows: [OutcomeRow] = []
        for view in page.elements {
            if let openedFrom, view.row.openedAt < openedFrom {
                isOver = true
                break
            }
            rows.append(view.row)
        }
        return rows
    }
}
