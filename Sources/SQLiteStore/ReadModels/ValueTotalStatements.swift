// SPDX-License-Identifier: Apache-2.0

import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit
import ValueDelivered

/// The statements of what delivered value comes to.
///
/// Values are added up in Swift: SQLite would make binary floats of them. The whole account is
/// owner 0 with `is_user` 0, the records without an agent are agent 0 with `has_agent` 0.
struct ValueTotalStatements: Sendable {
    let selectMonth: String
    let setMonth: String
    let selectAgent: String
    let setAgent: String
    let monthsInRange: String
    let pageOfAgents: String

    init() {
        let months = ReadModelTables.valueMonths
        let agents = ReadModelTables.valueAgents
        let owner = "account = ?1 AND is_user = ?2 AND owner = ?3"
        selectMonth = """
            SELECT records, usd FROM \(months) WHERE \(owner) AND month = ?4 AND kind = ?5
            """
        setMonth = """
            INSERT INTO \(months) (account, is_user, owner, month, kind, records, usd)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET records = excluded.records, usd = excluded.usd
            """
        selectAgent = """
            SELECT records, usd FROM \(agents)
            WHERE \(owner) AND month = ?4 AND has_agent = ?5 AND agent = ?6
            """
        setAgent = """
            INSERT INTO \(agents) (account, is_user, owner, month, has_agent, agent, records, usd)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT DO UPDATE SET records = excluded.records, usd = excluded.usd
            """
        monthsInRange = """
            SELECT records, usd, month, kind FROM \(months)
            WHERE \(owner) AND month BETWEEN ?4 AND ?5 ORDER BY month, kind
            """
        pageOfAgents = """
            SELECT records, usd, has_agent, agent FROM \(agents)
            WHERE \(owner) AND month = ?4 AND (has_agent, agent) > (?5, ?6)
            ORDER BY has_agent, agent
            """
    }

    /// What reads; none of them may scan a table.
    var queries: [String] { [selectMonth, selectAgent, monthsInRange, pageOfAgents] }
}

// MARK: Writing

extension ValueTotalStatements {
    /// Adds what a batch comes to.
    func add(_ sums: ValueSums, _ database: Database) throws {
        let month = (
            select: try BoundStatement(database, selectMonth),
            set: try BoundStatement(database, setMonth)
        )
        for (place, sum) in sums.months {
            try Self.add(sum, month.select, month.set, at: 6) { statement in
                Self.bind(place.owner, statement)
                statement.bind(4, place.month.number)
                statement.bind(5, Text(place.kind.rawValue))
            }
        }
        let agent = (
            select: try BoundStatement(database, selectAgent),
            set: try BoundStatement(database, setAgent)
        )
        for (place, sum) in sums.agents {
            try Self.add(sum, agent.select, agent.set, at: 7) { statement in
                Self.bind(place.owner, statement)
                statement.bind(4, place.month.number)
                statement.bind(5, place.agent == nil ? 0 : 1)
                statement.bind(6, place.agent ?? 0)
            }
        }
    }

    /// Adds to one sum; `place` binds its key, and the sum is bound from `column` on.
    private static func add(
        _ more: ValueSum,
        _ select: BoundStatement,
        _ set: BoundStatement,
        at column: Int32,
        place: (BoundStatement) -> Void
    ) throws {
        place(select)
        var sum = more
        try select.forEachRow { row in
            sum.add(try row.valueSum())
            return false
        }
        place(set)
        set.bind(column, sum.records)
        set.bind(column + 1, sum.usd)
        try set.run()
    }

    private static func bind(_ owner: ValueSums.Owner, _ statement: BoundStatement) {
        statement.bind(1, owner.account)
        statement.bind(2, owner.user == nil ? 0 : 1)
        statement.bind(3, owner.user ?? 0)
    }
}

// MARK: Reading

extension ValueTotalStatements {
    func months(
        of owner: ValueSums.Owner,
        in range: ClosedRange<Month>,
        _ database: Database
    ) throws -> [ValueMonthTotal] {
        let statement = try BoundStatement(database, monthsInRange)
        let last = range.upperBound.number
        Self.bind(owner, statement)
        statement.bind(4, max(range.lowerBound.number, last - ValueTotalLimits.months + 1))
        statement.bind(5, last)
        return try statement.all { row in
            ValueMonthTotal(
                month: try row.valueMonth(2),
                kind: try row.valueKind(3),
                sum: try row.valueSum()
            )
        }
    }

    /// The statement that walks a month's agents after a place.
    func agents(
        of owner: ValueSums.Owner,
        in month: Month,
        after cursor: PageCursor?,
        _ database: Database
    ) throws -> BoundStatement {
        let statement = try BoundStatement(database, pageOfAgents)
        Self.bind(owner, statement)
        statement.bind(4, month.number)
        let tie = cursor?.tie ?? []
        let isPlace = tie.count == 9
        statement.bind(5, isPlace ? Int64(tie[0]) : -1)
        statement.bind(6, isPlace ? Int64(bitPattern: tie.bigEndian64(at: 1)) : 0)
        return statement
    }

    static func agent(_ row: StatementRow, month: Month) throws -> ValueAgentTotal {
        ValueAgentTotal(
            month: month,
            agent: row.integer(2) == 0 ? nil : row.integer(3),
            sum: try row.valueSum()
        )
    }

    static func cursor(_ row: StatementRow, account: AccountID) -> PageCursor {
        var tie = [UInt8(truncatingIfNeeded: row.integer(2))]
        tie.append(bigEndian: row.integer(3))
        return PageCursor(list: .valueAgents, account: account, time: .earliest, tie: tie)
    }
}

extension StatementRow {
    /// The first two columns: how many records, and their sum.
    fileprivate func valueSum() throws -> ValueSum {
        ValueSum(records: Int(integer(0)), usd: try wideDecimal(1))
    }
}
