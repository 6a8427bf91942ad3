// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit

/// The statements of the dead letters.
struct DeadLettersStatements: Sendable {
    let select: String
    let put: String
    let delete: String
    let addToCount: String
    let insertCount: String
    let selectCounts: String
    let selectAllCounts: String
    let pageOfAccount: String
    let pageOfKey: String
    let pageOfCustomer: String
    let pageOfCode: String
    let pageOfGroup: String

    static let columns = """
        event_id, account, key, code, action, customer, agent, received_at, parked
        """

    init() {
        let letters = ReadModelTables.deadLetters
        let counts = ReadModelTables.deadLetterCounts
        select = "SELECT \(Self.columns) FROM \(letters) WHERE event_id = ?1"
        put = """
            INSERT INTO \(letters) (\(Self.columns), grouping)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT DO UPDATE
            SET code = excluded.code, parked = excluded.parked, grouping = excluded.grouping
            """
        delete = "DELETE FROM \(letters) WHERE event_id = ?1"
        addToCount = """
            UPDATE \(counts) SET letters = letters + ?3 WHERE account = ?1 AND code = ?2
            """
        insertCount = "INSERT INTO \(counts) (account, code, letters) VALUES (?1, ?2, ?3)"
        selectCounts = "SELECT code, letters FROM \(counts) WHERE account = ?1"
        selectAllCounts = "SELECT code, sum(letters) FROM \(counts) GROUP BY code"
        func page(by index: String, _ condition: String) -> String {
            """
            SELECT \(Self.columns) FROM \(letters)
            INDEXED BY \(ReadModelTables.index(letters, by: index))
            WHERE account = ?1 AND (received_at, event_id) < (?2, ?3) AND received_at >= ?4\(condition)
            ORDER BY received_at DESC, event_id DESC
            """
        }
        pageOfAccount = page(by: "account", "")
        pageOfKey = page(by: "key", " AND key = ?5")
        pageOfCustomer = page(by: "customer", " AND customer = ?5")
        pageOfCode = page(by: "code", " AND code = ?5")
        pageOfGroup = page(by: "group", " AND grouping = ?5")
    }

    /// What reads for clients; none of them may scan a table. (`selectAllCounts` is for the metrics
    /// and reads a table of a few rows for each account.)
    var queries: [String] {
        [select, selectCounts, pageOfAccount, pageOfKey, pageOfCustomer, pageOfCode, pageOfGroup]
    }
}

// MARK: Folding

extension DeadLettersStatements {
    /// An outstanding dead letter of the account, with the account's number.
    static func letter(
        _ eventID: EventID,
        account: AccountID,
        _ statement: BoundStatement
    ) throws -> (letter: DeadLetter, number: Int64)? {
        statement.bind(1, eventID.bytes)
        return try statement.first { row in
            (try letter(row, account: account), row.integer(1))
        }
    }

    static func put(
        _ letter: DeadLetter,
        account: Int64,
        _ statement: BoundStatement
    ) throws {
        statement.bind(1, letter.eventID)
        statement.bind(2, account)
        statement.bind(3, bytesOf: letter.key.text)
        statement.bind(4, Text(letter.code.rawValue))
        statement.bind(5, letter.action.text)
        statement.bind(6, letter.customer.text)
        if let agent = letter.agent {
            statement.bind(7, agent.text)
        } else {
            statement.bindNull(7)
        }
        statement.bind(8, letter.receivedAt)
        statement.bind(9, letter.parked ? 1 : 0)
        statement.bind(10, DeadLetterGroup(of: letter).id.bytes)
        try statement.run()
    }
}

// MARK: Reading

extension DeadLettersStatements {
    /// The statement that walks the index for a filter, begun after a place, its values bound.
    func page(
        _ filter: DeadLetterFilter,
        account: Int64,
        after cursor: PageCursor?,
        _ database: Database
    ) throws -> BoundStatement {
        let statement: BoundStatement
        if let group = filter.group {
            statement = try BoundStatement(database, pageOfGroup)
            statement.bind(5, group.bytes)
        } else if let key = filter.key {
            statement = try BoundStatement(database, pageOfKey)
            statement.bind(5, bytesOf: key.text)
        } else if let customer = filter.customer {
            statement = try BoundStatement(database, pageOfCustomer)
            statement.bind(5, customer.text)
        } else if let code = filter.code {
            statement = try BoundStatement(database, pageOfCode)
            statement.bind(5, Text(code.rawValue))
        } else {
            statement = try BoundStatement(database, pageOfAccount)
        }
        let end = filter.receivedBefore?.microseconds ?? Int64.max
        statement.bind(1, account)
        if let cursor, cursor.time.microseconds < end {
            statement.bind(2, cursor.time)
            statement.bind(3, cursor.tie)
        } else {
            statement.bind(2, end)
            statement.bind(3, [])
        }
        statement.bind(4, filter.receivedFrom ?? .earliest)
        return statement
    }

    /// Whether the row a statement stands at passes what its index does not see to.
    static func passes(_ row: StatementRow, _ filter: DeadLetterFilter) -> Bool {
        if let key = filter.key, !row.holds(key.text, 2) { return false }
        if let customer = filter.customer, !row.holds(customer.text, 5) { return false }
        if let code = filter.code, !row.holds(Text(code.rawValue), 3) { return false }
        if let action = filter.action, !row.holds(action.text, 4) { return false }
        if let agent = filter.agent, !row.holds(agent.text, 6) { return false }
        return true
    }

    static func cursor(_ row: StatementRow, account: AccountID) throws -> PageCursor {
        PageCursor(
            list: .deadLetters,
            account: account,
            time: try row.timestamp(7),
            tie: row.bytes(0)
        )
    }

    /// The dead letter a statement stands at.
    static func letter(_ row: StatementRow, account: AccountID) throws -> DeadLetter {
        DeadLetter(
            account: account,
            eventID: try row.eventID(0),
            key: try row.outcomeKey(2),
            code: try row.code(3),
            action: try row.action(4),
            customer: try row.customer(5),
            agent: row.isNull(6) ? nil : try row.slug(6),
            receivedAt: try row.timestamp(7),
            parked: row.integer(8) != 0
        )
    }

    /// Counts by code, without the codes that have none left.
    static func counts(_ statement: BoundStatement) throws -> [DeadLetterCode: Int] {
        var counts: [DeadLetterCode: Int] = [:]
        try statement.forEachRow { row in
            let count = Int(row.integer(1))
            if count > 0 { counts[try row.code(0)] = count }
            return true
        }
        return counts
    }
}
