// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import GRDB
import OutcomeDomain

/// The statements of the ledger's sums.
///
/// Amounts are added up in Swift: SQLite would make binary floats of them.
struct LedgerSumStatements: Sendable {
    /// Stands for all time in the place of a day.
    static let allTime = -1
    /// Stands for all customers; no customer has an empty key.
    static let allCustomers: Text = ""
    /// Comes after every agent, which is ASCII.
    static let afterAgents: Text = "\u{7F}"

    let select: String
    let set: String
    let selectDays: String
    let selectNextGroup: String
    let selectNextOfCustomer: String
    let partOfAccount: String
    let partOfCustomer: String
    let partOfAgent: String

    init() {
        let sums = ReadModelTables.sums
        let postings = ReadModelTables.postings
        let group = "account = ?1 AND customer = ?2 AND agent = ?3 AND currency = ?4"
        select = "SELECT amount, postings FROM \(sums) WHERE \(group) AND day = ?5"
        set = """
            INSERT INTO \(sums) (account, customer, agent, currency, day, amount, postings)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET amount = excluded.amount, postings = excluded.postings
            """
        selectDays = """
            SELECT amount, postings FROM \(sums) WHERE \(group) AND day BETWEEN ?5 AND ?6
            """
        selectNextGroup = """
            SELECT customer, agent, currency FROM \(sums)
            WHERE account = ?1 AND (customer, agent, currency) > (?2, ?3, ?4)
            ORDER BY customer, agent, currency LIMIT 1
            """
        selectNextOfCustomer = """
            SELECT customer, agent, currency FROM \(sums)
            WHERE account = ?1 AND customer = ?2 AND (agent, currency) > (?3, ?4)
            ORDER BY agent, currency LIMIT 1
            """
        func part(by index: String, _ condition: String) -> String {
            """
            SELECT agent, currency, amount FROM \(postings)
            INDEXED BY \(ReadModelTables.index(postings, by: index))
            WHERE account = ?1 AND recorded_at >= ?2 AND recorded_at < ?3\(condition)
            """
        }
        partOfAccount = part(by: "account", "")
        partOfCustomer = part(by: "customer", " AND customer = ?4")
        partOfAgent = part(by: "agent", " AND agent = ?4")
    }

    /// What reads; none of them may scan a table.
    var queries: [String] {
        [
            select, selectDays, selectNextGroup, selectNextOfCustomer, partOfAccount,
            partOfCustomer, partOfAgent,
        ]
    }
}

/// What sums are kept for.
///
/// Customer and agent are texts, since all customers have a sum as well.
struct LedgerGroup: Hashable, Comparable, Sendable {
    var customer: Text
    var agent: Text
    var currency: Text

    /// In the order of the balances: by the bytes of customer, agent, currency.
    static func < (left: LedgerGroup, right: LedgerGroup) -> Bool {
        (left.customer, left.agent, left.currency) < (right.customer, right.agent, right.currency)
    }
}

/// A sum that grows.
struct LedgerSum: Hashable, Sendable {
    var amount = WideDecimal.zero
    var postings = 0

    mutating func add(_ amount: WideDecimal, postings: Int = 1) {
        self.amount += amount
        self.postings += postings
    }
}

extension LedgerSumStatements {
    // MARK: Writing

    static func bind(_ group: LedgerGroup, account: Int64, _ statement: BoundStatement) {
        statement.bind(1, account)
        statement.bind(2, group.customer)
        statement.bind(3, group.agent)
        statement.bind(4, group.currency)
    }

    /// Adds to a sum.
    static func add(
        _ more: LedgerSum,
        to group: LedgerGroup,
        day: Int,
        account: Int64,
        select: BoundStatement,
        set: BoundStatement
    ) throws {
        bind(group, account: account, select)
        select.bind(5, day)
        var sum = more
        try select.forEachRow { row in
            sum.add(try row.wideDecimal(0), postings: Int(row.integer(1)))
            return false
        }
        bind(group, account: account, set)
        set.bind(5, day)
        set.bind(6, sum.amount)
        set.bind(7, sum.postings)
        try set.run()
    }

    // MARK: Reading

    /// The first group after another one, within a customer if one is given.
    func group(
        after group: LedgerGroup,
        account: Int64,
        customer: Text?,
        _ database: Database
    ) throws -> LedgerGroup? {
        let sql = customer == nil ? selectNextGroup : selectNextOfCustomer
        let statement = try BoundStatement(database, sql)
        statement.bind(1, account)
        statement.bind(2, customer ?? group.customer)
        statement.bind(3, group.agent)
        statement.bind(4, group.currency)
        return try statement.first { row in
            LedgerGroup(
                customer: try row.text(0),
                agent: try row.text(1),
                currency: try row.text(2)
            )
        }
    }

    /// The sum of a group over whole days.
    func sum(
        of group: LedgerGroup,
        days: LedgerPeriod.Days,
        account: Int64,
        _ database: Database
    ) throws -> LedgerSum {
        var sum = LedgerSum()
        let range: (first: Int, last: Int)
        switch days {
        case .none: return sum
        case .all: range = (Self.allTime, Self.allTime)
        case .range(let first, let last): range = (first, last)
        }
        let statement = try BoundStatement(database, selectDays)
        Self.bind(group, account: account, statement)
        statement.bind(5, range.first)
        statement.bind(6, range.last)
        try statement.forEachRow { row in
            sum.add(try row.wideDecimal(0), postings: Int(row.integer(1)))
            return true
        }
        return sum
    }

    /// The sums of a part of a day by agent and currency, of one customer or of all.
    func sums(
        of part: Range<Timestamp>,
        account: Int64,
        filter: LedgerFilter,
        _ database: Database
    ) throws -> [LedgerGroup: LedgerSum] {
        let statement: BoundStatement
        if let customer = filter.customer {
            statement = try BoundStatement(database, partOfCustomer)
            statement.bind(4, customer.text)
        } else if let agent = filter.agent {
            statement = try BoundStatement(database, partOfAgent)
            statement.bind(4, agent.text)
        } else {
            statement = try BoundStatement(database, partOfAccount)
        }
        statement.bind(1, account)
        statement.bind(2, part.lowerBound)
        statement.bind(3, part.upperBound)
        let customer = filter.customer?.text ?? Self.allCustomers
        var sums: [LedgerGroup: LedgerSum] = [:]
        try statement.forEachRow { row in
            if let agent = filter.agent, !row.holds(agent.text, 0) { return true }
            let group = LedgerGroup(
                customer: customer,
                agent: try row.text(0),
                currency: try row.text(1)
            )
            sums[group, default: LedgerSum()].add(try row.wideDecimal(2))
            return true
        }
        return sums
    }
}
