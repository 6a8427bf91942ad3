// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Postings and balances.
enum LedgerHandlers {
    /// The filters alone.
    static let filters = [
        Query.customer.rule, Query.agent.rule, Query.outcome.rule, Query.from.rule, Query.to.rule,
    ]

    static func query(_ list: PageCursor.List) -> [QueryRule] {
        filters + [Query.limit.rule, Query.cursor(of: list)]
    }

    static func postings(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let filter = filter(call)
        let limit = call.query.limit
        let page = try await call.cursor(of: .postings).page { cursor in
            try await call.services.ledger.postings(
                of: account,
                filter: filter,
                limit: limit,
                after: cursor
            )
        }
        return .list(page) { $1.posting($0) }
    }

    static func balances(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let filter = filter(call)
        let limit = call.query.limit
        let page: BalancesPage
        switch try call.cursor(of: .balances) {
        case .nowhere:
            page = BalancesPage(balances: [], totals: [], next: nil)
        case .beginning:
            page = try await call.services.ledger.balances(
                of: account,
                filter: filter,
                limit: limit,
                after: nil
            )
        case .after(let cursor):
            page = try await call.services.ledger.balances(
                of: account,
                filter: filter,
                limit: limit,
                after: cursor
            )
        }
        return .object(reserving: 256 + page.balances.count * 192) { writer in
            writer.name("data")
            writer.beginArray()
            for balance in page.balances {
                writer.balance(balance)
            }
            writer.endArray()
            writer.name("totals")
            writer.beginArray()
            for total in page.totals {
                writer.beginObject()
                writer.total(total)
                writer.endObject()
            }
            writer.endArray()
            writer.member("next_cursor", page.next?.text)
        }
    }

    static func filter(_ call: APICall) -> LedgerFilter {
        LedgerFilter(
            customer: call.query[Query.customer],
            agent: call.query[Query.agent],
            key: call.query[Query.outcome],
            from: call.query[Query.from],
            to: call.query[Query.to]
        )
    }
}
