// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Postings and balances.
enum LedgerHandlers {
    static let filters = [
        "customer_key", "agent_key", "outcome_key", "from", "to", "limit", "cursor",
    ]

    static func postings(_ call: APICall) async throws -> APIAnswer {
        let account = try call.principal.account
        let (filter, limit) = try filter(call)
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
        let (filter, limit) = try filter(call)
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

    private static func filter(_ call: APICall) throws(APIError) -> (LedgerFilter, Int) {
        var reader = QueryReader(call.query)
        let filter = LedgerFilter(
            customer: reader.customer("customer_key"),
            agent: reader.slug("agent_key"),
            key: reader.outcomeKey("outcome_key"),
            from: reader.instant("from"),
            to: reader.instant("to")
        )
        let limit = reader.limit()
        try reader.finish()
        return (filter, limit)
    }
}
