// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit

/// Walks the groups that sums are kept for, from one to the next, and adds up a period of each.
struct BalanceWalk {
    private let database: Database
    private let statements: LedgerSumStatements
    private let account: AccountID
    private let number: Int64
    private let filter: LedgerFilter
    private let period: LedgerPeriod

    init(
        database: Database,
        statements: LedgerSumStatements,
        account: AccountID,
        number: Int64,
        filter: LedgerFilter
    ) {
        self.database = database
        self.statements = statements
        self.account = account
        self.number = number
        self.filter = filter
        period = LedgerPeriod(from: filter.from, to: filter.to)
    }

    func page(limit: Int, after cursor: PageCursor?) throws -> BalancesPage {
        let limit = min(max(limit, 1), PageLimits.maximumRows)
        var balances: [Balance] = []
        var next: PageCursor?
        var parts = PartSums()
        var examined = 0
        var place = start
        if let cursor { place = max(place, LedgerGroup(cursor: cursor)) }
        // The cursor may be from a list that was filtered otherwise, and past this customer.
        let isPast = filter.customer.map { place.customer > $0.text } ?? false
        while !isPast, let group = try nextGroup(after: &place) {
            guard balances.count < limit, examined < PageLimits.examinedLimitRows else {
                next = self.cursor(after: group.before)
                break
            }
            examined += 1
            let sum = try sum(of: group.group, parts: &parts)
            if sum.postings > 0 { balances.append(try Balance(group.group, sum)) }
        }
        return BalancesPage(balances: balances, totals: try totals(), next: next)
    }

    // MARK: From group to group

    /// Before the first group of the filter; the sums of all customers are no group.
    private var start: LedgerGroup {
        LedgerGroup(
            customer: filter.customer?.text ?? LedgerSumStatements.allCustomers,
            agent: filter.customer == nil ? LedgerSumStatements.afterAgents : "",
            currency: ""
        )
    }

    private struct Found {
        let group: LedgerGroup
        let before: LedgerGroup
    }

    /// The next group of the filter's agent, if it names one, else the next group.
    private func nextGroup(after place: inout LedgerGroup) throws -> Found? {
        let before = place
        while true {
            let group = try statements.group(
                after: place,
                account: number,
                customer: filter.customer?.text,
                database
            )
            guard let group else { return nil }
            place = group
            guard let agent = filter.agent?.text, group.agent != agent else {
                return Found(group: group, before: before)
            }
            // Leap to the agent, or past the customer when the agent is behind.
            place.agent = group.agent < agent ? agent : LedgerSumStatements.afterAgents
            place.currency = ""
        }
    }

    private func cursor(after group: LedgerGroup) -> PageCursor {
        PageCursor(list: .balances, account: account, time: .earliest, tie: group.tie)
    }

    // MARK: Sums

    /// The parts of days of the customer at hand, added up once for all of its groups.
    private struct PartSums {
        var customer: Text?
        var sums: [LedgerGroup: LedgerSum] = [:]
    }

    private func sum(of group: LedgerGroup, parts: inout PartSums) throws -> LedgerSum {
        var sum = try statements.sum(
            of: group,
            days: period.days,
            account: number,
            database
        )
        guard !period.parts.isEmpty else { return sum }
        if parts.customer != group.customer {
            var ofCustomer = filter
            ofCustomer.customer = CustomerKey(group.customer)
            parts = PartSums(
                customer: group.customer,
                sums: try partSums(ofCustomer)
            )
        }
        if let part = parts.sums[group] { sum.add(part.amount, postings: part.postings) }
        return sum
    }

    private func partSums(_ filter: LedgerFilter) throws -> [LedgerGroup: LedgerSum] {
        var sums: [LedgerGroup: LedgerSum] = [:]
        for part in period.parts {
            let more = try statements.sums(
                of: part,
                account: number,
                filter: filter,
                database
            )
            for (group, sum) in more {
                sums[group, default: LedgerSum()].add(sum.amount, postings: sum.postings)
            }
        }
        return sums
    }

    /// The totals by currency: of the customer's groups, or of those of all customers.
    private func totals() throws -> [CurrencyTotal] {
        let customer = filter.customer?.text ?? LedgerSumStatements.allCustomers
        var sums: [Text: LedgerSum] = [:]
        var place = LedgerGroup(customer: customer, agent: "", currency: "")
        while let group = try statements.group(
            after: place,
            account: number,
            customer: customer,
            database
        ) {
            place = group
            if let agent = filter.agent, group.agent != agent.text { continue }
            let sum = try statements.sum(
                of: group,
                days: period.days,
                account: number,
                database
            )
            sums[group.currency, default: LedgerSum()].add(sum.amount, postings: sum.postings)
        }
        for (group, sum) in try partSums(filter) {
            sums[group.currency, default: LedgerSum()].add(sum.amount, postings: sum.postings)
        }
        return try sums.filter { $0.value.postings > 0 }
            .sorted { $0.key < $1.key }
            .map { try CurrencyTotal($0.key, $0.value) }
    }
}

// MARK: Conversions

extension LedgerGroup {
    /// Customer, agent and currency, a zero byte after each of the first two; no key holds one.
    fileprivate var tie: [UInt8] {
        Array(customer.utf8) + [0] + Array(agent.utf8) + [0] + Array(currency.utf8)
    }

    /// Where a cursor points; one that was tampered with leads past everything.
    fileprivate init(cursor: PageCursor) {
        let parts = cursor.tie.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, let customer = Text(utf8: parts[0]),
            let agent = Text(utf8: parts[1]), let currency = Text(utf8: parts[2])
        else {
            self.init(
                customer: "\u{10FFFF}",
                agent: LedgerSumStatements.afterAgents,
                currency: ""
            )
            return
        }
        self.init(customer: customer, agent: agent, currency: currency)
    }
}

extension Balance {
    fileprivate init(_ group: LedgerGroup, _ sum: LedgerSum) throws {
        guard let customer = CustomerKey(group.customer), let agent = Slug(group.agent) else {
            throw StoreError(.damaged, detail: "a sum is of no customer or agent")
        }
        self.init(
            customer: customer,
            agent: agent,
            total: try CurrencyTotal(group.currency, sum)
        )
    }
}

extension CurrencyTotal {
    fileprivate init(_ code: Text, _ sum: LedgerSum) throws {
        guard let currency = Currency(code.string) else {
            throw StoreError(.damaged, detail: "a sum is in no currency")
        }
        self.init(currency: currency, receivable: sum.amount, postings: sum.postings)
    }
}
