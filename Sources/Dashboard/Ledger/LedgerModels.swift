// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import HTTPAPI
import OutcomeDomain
import ProjectionKit

/// The list of postings.
struct LedgerPage: PageModel {
    let template = "ledger"
    let shell: Shell
    let status: Int
    let curl: String
    let query: LedgerQuery.Shown
    let postings: [PostingLine]
    let download: String
    let next: String?
    let first: String?
}

/// A posting as a row.
struct PostingLine {
    let id: String
    let path: String
    let key: String
    let outcomePath: String
    let customer: String
    let agent: String
    let price: String
    let quantity: String
    let amount: String
    let currency: String
    let settledAt: Instant
    let recordedAt: Instant

    init(_ posting: Posting) {
        id = posting.id.description
        path = LedgerPages.path(of: posting.id)
        key = posting.key.text.string
        outcomePath = OutcomeLine.path(of: posting.key)
        customer = posting.customer.text.string
        agent = posting.agent.text.string
        price = Money.digits(WideDecimal(posting.price), posting.currency)
        quantity = posting.quantity.description
        amount = Money.digits(posting.amount, posting.currency)
        currency = posting.currency.code
        settledAt = Instant(posting.settledAt)
        recordedAt = Instant(posting.recordedAt)
    }
}

/// One posting with its lines and the event behind it.
struct PostingPage: PageModel {
    /// A line; one of both amounts is nil.
    struct Line {
        let account: String
        let debit: String?
        let credit: String?
    }

    let template = "posting"
    let shell: Shell
    let curl: String
    let posting: PostingLine
    let lines: [Line]
    let partition: Int
    let position: String
    let hash: String
    let evidence: String
}

/// Spend by customer, agent and month.
struct SpendPage: PageModel {
    typealias MonthTotal = (month: Month, total: CurrencyTotal)

    /// So many months have a total.
    static let shownMonths = 12

    struct MonthLine {
        let month: String
        let path: String
        let isChosen: Bool
        let currency: String
        let postings: Int
        let amount: String
        let share: String
    }

    struct Line {
        let customer: String
        let agent: String
        let currency: String
        let postings: Int
        let amount: String
        let share: String
        let path: String
    }

    struct Total {
        let currency: String
        let postings: Int
        let amount: String
    }

    let template = "spend"
    let shell: Shell
    let curl: String
    let query: LedgerQuery.Shown
    let period: String
    let month: String
    let months: [MonthLine]
    let lines: [Line]
    let totals: [Total]
    let next: String?
    let first: String?

    init(
        shell: Shell,
        query: LedgerQuery,
        month: Month?,
        totals: [MonthTotal],
        page: BalancesPage,
        isContinued: Bool,
        publicURL: String
    ) {
        self.shell = shell
        self.query = query.shown
        self.month = month?.description ?? ""
        period = month?.description ?? "all time"
        func address(_ month: String, _ more: [(String, String)] = []) -> String {
            "/dashboard/ledger/spend"
                + LedgerQuery.query(
                    [
                        ("customer_key", query.shown.customer), ("agent_key", query.shown.agent),
                        ("month", month),
                    ] + more
                )
        }
        let largestMonths = Dictionary(
            totals.map { ($0.total.currency, Drawing.value($0.total.receivable)) },
            uniquingKeysWith: max
        )
        months = totals.map { line in
            MonthLine(
                month: line.month.description,
                path: address(line.month.description),
                isChosen: line.month == month,
                currency: line.total.currency.code,
                postings: line.total.postings,
                amount: Money.digits(line.total.receivable, line.total.currency),
                share: Drawing.share(
                    Drawing.value(line.total.receivable),
                    of: largestMonths[line.total.currency] ?? 0
                )
            )
        }
        let wholes = Dictionary(
            page.totals.map { ($0.currency, Drawing.value($0.receivable)) },
            uniquingKeysWith: max
        )
        let lastDay = month.map { Instant($0.end.adding(seconds: -1)).day } ?? ""
        lines = page.balances.map { balance in
            Line(
                customer: balance.customer.text.string,
                agent: balance.agent.text.string,
                currency: balance.total.currency.code,
                postings: balance.total.postings,
                amount: Money.digits(balance.total.receivable, balance.total.currency),
                share: Drawing.share(
                    Drawing.value(balance.total.receivable),
                    of: wholes[balance.total.currency] ?? 0
                ),
                path: "/dashboard/ledger"
                    + LedgerQuery.query([
                        ("customer_key", balance.customer.text.string),
                        ("agent_key", balance.agent.text.string),
                        ("from", month.map { Instant($0.start).day } ?? ""), ("to", lastDay),
                    ])
            )
        }
        self.totals = page.totals.map { total in
            Total(
                currency: total.currency.code,
                postings: total.postings,
                amount: Money.digits(total.receivable, total.currency)
            )
        }
        next = page.next.map { address(month?.description ?? "", [("cursor", $0.text)]) }
        first = isContinued ? address(month?.description ?? "") : nil
        curl = Curl.get(
            "/v1/ledger/balances"
                + LedgerQuery.query([
                    ("customer_key", query.filter.customer?.text.string ?? ""),
                    ("agent_key", query.filter.agent?.text.string ?? ""),
                    ("from", month?.start.description ?? ""), ("to", month?.end.description ?? ""),
                ]),
            at: publicURL
        )
    }
}
