// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import HTTPAPI
import OutcomeDomain
import ProjectionKit

/// The filters of the ledger's pages, as they were typed and as they are meant.
struct LedgerQuery {
    /// What is shown in the fields again.
    struct Shown {
        let customer: String
        let customerProblem: String?
        let agent: String
        let agentProblem: String?
        let outcome: String
        let outcomeProblem: String?
        let from: String
        let fromProblem: String?
        let to: String
        let toProblem: String?
        let isFiltered: Bool
    }

    private static let names = ["customer_key", "agent_key", "outcome_key", "from", "to"]

    let filter: LedgerFilter
    let problems: [String: String]
    let shown: Shown
    /// The filters as a query of these pages, with its mark; empty without any.
    let pageQuery: String
    /// The same as a query of the API, where instants are asked for.
    let apiQuery: String

    init(_ fields: Form) {
        var problems: [String: String] = [:]
        func read<Value>(_ name: String, _ problem: String, _ read: (Text) -> Value?) -> Value? {
            let text = fields.text(name)
            guard !text.isEmpty else { return nil }
            guard let value = read(Text(text)) else {
                problems[name] = problem
                return nil
            }
            return value
        }
        let day = "Write a day as 2026-03-02."
        filter = LedgerFilter(
            customer: read("customer_key", "This is not a key of a customer.") { CustomerKey($0) },
            agent: read("agent_key", "This is not a key of an agent.") { Slug($0) },
            key: read("outcome_key", "This is not a key of an outcome.") { OutcomeKey($0) },
            from: read("from", day) { Timestamp(Text($0.string + "T00:00:00Z")) },
            // The day that is named is in it.
            to: read("to", day) {
                Timestamp(Text($0.string + "T00:00:00Z"))?.adding(seconds: 86_400)
            }
        )
        self.problems = problems
        shown = Shown(
            customer: fields.text("customer_key"),
            customerProblem: problems["customer_key"],
            agent: fields.text("agent_key"),
            agentProblem: problems["agent_key"],
            outcome: fields.text("outcome_key"),
            outcomeProblem: problems["outcome_key"],
            from: fields.text("from"),
            fromProblem: problems["from"],
            to: fields.text("to"),
            toProblem: problems["to"],
            isFiltered: Self.names.contains { !fields.text($0).isEmpty }
        )
        pageQuery = Self.query(Self.names.map { ($0, fields.text($0)) })
        apiQuery = Self.query([
            ("customer_key", filter.customer?.text.string ?? ""),
            ("agent_key", filter.agent?.text.string ?? ""),
            ("outcome_key", filter.key?.text.string ?? ""),
            ("from", filter.from?.description ?? ""), ("to", filter.to?.description ?? ""),
        ])
    }

    /// A query of the values that are not empty.
    static func query(_ values: [(name: String, value: String)]) -> String {
        let pairs = values.filter { !$0.value.isEmpty }.map { pair in
            pair.name + "=" + PercentCoding.encode(Text(pair.value))
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    /// A page with these filters that begins at a place.
    func path(_ path: String, cursor: PageCursor) -> String {
        path + pageQuery + (pageQuery.isEmpty ? "?" : "&") + "cursor=" + cursor.text
    }

    /// Where the list begins.
    func start(of list: PageCursor.List, _ call: PageCall) throws -> ListPlace {
        try ListPlace(call.query("cursor"), list, account: call.account)
    }
}

/// Where a page of a list begins.
enum ListPlace {
    case at(PageCursor?)
    /// In the list of another account: nothing of it is shown.
    case nowhere

    init(_ text: String?, _ list: PageCursor.List, account: AccountID) throws {
        guard let text else {
            self = .at(nil)
            return
        }
        do throws(PageCursorError) {
            self = .at(try PageCursor(decoding: text, list: list, account: account))
        } catch {
            guard error == .foreign else {
                throw APIError(.validationError, "This page's address is not whole.")
            }
            self = .nowhere
        }
    }

    func page<Element>(
        _ read: (PageCursor?) async throws -> Page<Element>
    ) async throws -> Page<Element> {
        switch self {
        case .at(let cursor): try await read(cursor)
        case .nowhere: .empty
        }
    }
}
