// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import ValueDelivered

/// Value delivered.
struct ValuePage: PageModel {
    /// What one kind of work came to in a month.
    struct MonthLine: Sendable {
        let month: String
        let kind: String
        let records: String
        let usd: String
        /// Of the largest line, in hundredths: the length of its bar.
        let share: String
    }

    /// What one agent's work came to in the latest month.
    struct AgentLine: Sendable {
        let agent: String
        let records: String
        let usd: String

        init(_ total: ValueAgentTotal) {
            agent = total.agent.map { "Agent \($0)" } ?? "No agent named"
            records = String(total.sum.records)
            usd = Money.digits(total.sum.usd, Currency("USD"))
        }
    }

    /// One record.
    struct Line: Sendable {
        let id: String
        let title: String
        let description: String?
        let kind: String
        let usd: String?
        let agent: String?
        let user: String?
        let createdAt: Instant

        init(_ record: ValueRecord, user name: String?) {
            id = record.eventID.description
            title = record.value.title.text.string
            description = record.value.description?.text.string
            kind = record.value.kind.words
            usd = record.value.usd.map { Money.digits(WideDecimal($0), Currency("USD")) }
            agent = record.value.agent.map(String.init)
            user = name
            createdAt = Instant(record.createdAt)
        }
    }

    let template = "value"
    let shell: Shell
    let status: Int
    let months: [MonthLine]
    let month: String
    let agents: [AgentLine]
    let records: [Line]
    let first: String?
    let next: String?
    let mayRecord: Bool
    let form: ValueForm.Shown
    let others: [String]
    let curl: String

    /// The sums by month, the latest first, each with a bar.
    static func months(_ totals: [ValueMonthTotal]) -> [MonthLine] {
        let largest = totals.map { Drawing.value($0.sum.usd) }.max() ?? 0
        return totals.reversed().map { total in
            MonthLine(
                month: total.month.description,
                kind: total.kind.words,
                records: String(total.sum.records),
                usd: Money.digits(total.sum.usd, Currency("USD")),
                share: Drawing.share(Drawing.value(total.sum.usd), of: largest)
            )
        }
    }
}
