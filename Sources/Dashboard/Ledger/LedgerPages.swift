// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import CatalogDomain
import EventStore
import ExactValues
import HTTPAPI
import OutcomeDomain
import ProjectionKit

/// What was booked: postings, balances and spend.
enum LedgerPages {
    static let routes: [PageRoute] = [
        .get("/dashboard/ledger", postings),
        .get("/dashboard/ledger/postings.csv", download),
        .get("/dashboard/ledger/spend", spend),
        .get("/dashboard/ledger/postings/{id}", posting),
    ]

    private static let model = "billing_ledger"

    static func path(of posting: PostingID) -> String {
        "\(Section.ledger.path)/postings/\(posting)"
    }

    private static func postings(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [model])
        let query = LedgerQuery(call.fields)
        let page = try await query.start(of: .postings, call).page {
            cursor async throws -> Page<Posting> in
            guard query.problems.isEmpty else { return .empty }
            return try await call.services.ledger.postings(
                of: call.account,
                filter: query.filter,
                limit: PageLimits.defaultRows,
                after: cursor
            )
        }
        return .page(
            LedgerPage(
                shell: Shell(title: "Ledger", section: .ledger, call),
                status: query.problems.isEmpty ? 200 : 400,
                curl: Curl.get(
                    "/v1/ledger/postings" + query.apiQuery,
                    at: call.dashboard.publicURL
                ),
                query: query.shown,
                postings: page.elements.map(PostingLine.init),
                download: "/dashboard/ledger/postings.csv" + query.pageQuery,
                next: page.next.map { query.path("/dashboard/ledger", cursor: $0) },
                first: call.query("cursor") == nil ? nil : "/dashboard/ledger" + query.pageQuery
            )
        )
    }

    private static func download(_ call: PageCall) async throws -> PageAnswer {
        let query = LedgerQuery(call.fields)
        guard query.problems.isEmpty else {
            throw APIError(.validationError, "A filter is not what it has to be.")
        }
        return .answer(
            PostingsCSV.answer(call.account, query.filter, from: call.services.ledger)
        )
    }

    private static func posting(_ call: PageCall) async throws -> PageAnswer {
        guard let id = PostingID(call.name.string),
            let posting = try await call.services.ledger.posting(id, account: call.account)
        else { throw APIError.notFound }
        let key = PercentCoding.encode(posting.key.text)
        return .page(
            PostingPage(
                shell: Shell(title: "Posting", section: .ledger, call),
                curl: Curl.get(
                    "/v1/ledger/postings?outcome_key=" + key,
                    at: call.dashboard.publicURL
                ),
                posting: PostingLine(posting),
                lines: posting.lines.map { line in
                    PostingPage.Line(
                        account: line.ledgerAccount.description,
                        debit: line.amount.isNegative
                            ? nil : Money.digits(line.amount, posting.currency),
                        credit: line.amount.isNegative
                            ? Money.digits(-line.amount, posting.currency) : nil
                    )
                },
                partition: posting.source.partition.number,
                position: String(posting.source.position.value),
                hash: posting.source.hash.hex,
                evidence: "/v1/outcomes/\(key)/evidence"
            )
        )
    }

    private static func spend(_ call: PageCall) async throws -> PageAnswer {
        let call = try await call.caughtUp(models: [model])
        let months = Month(of: try await call.now()).back(SpendPage.shownMonths)
        let chosen = call.query("month").flatMap(Month.init)
        let query = LedgerQuery(call.fields)
        var filter = query.filter
        var lines: [SpendPage.MonthTotal] = []
        for month in months {
            filter.from = month.start
            filter.to = month.end
            let page = try await call.services.ledger.balances(
                of: call.account,
                filter: filter,
                limit: 1,
                after: nil
            )
            lines += page.totals.map { (month, $0) }
        }
        filter.from = chosen?.start
        filter.to = chosen?.end
        let wanted = filter
        let start = try query.start(of: .balances, call)
        let page: BalancesPage
        switch start {
        case .nowhere: page = BalancesPage(balances: [], totals: [], next: nil)
        case .at(let cursor):
            page = try await call.services.ledger.balances(
                of: call.account,
                filter: wanted,
                limit: PageLimits.defaultRows,
                after: cursor
            )
        }
        return .page(
            SpendPage(
                shell: Shell(title: "Spend", section: .ledger, call),
                query: query,
                month: chosen,
                totals: lines,
                page: page,
                isContinued: call.query("cursor") != nil,
                publicURL: call.dashboard.publicURL
            )
        )
    }
}
