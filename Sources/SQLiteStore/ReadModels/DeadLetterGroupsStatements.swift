// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit

/// The statements of the groups of dead letters.
struct DeadLetterGroupsStatements: Sendable {
    let add: String
    let insert: String
    let deleteEmpty: String
    let page: String
    let select: String
    let oldest: String
    let newest: String

    init() {
        let groups = ReadModelTables.deadLetterGroups
        let letters = ReadModelTables.deadLetters
        let index = ReadModelTables.index(letters, by: "group")
        let condition = "account = ?1 AND grouping = ?2"
        add = "UPDATE \(groups) SET letters = letters + ?3 WHERE \(condition)"
        insert = """
            INSERT INTO \(groups) (account, grouping, letters, code, agent, action, customer)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """
        deleteEmpty = "DELETE FROM \(groups) WHERE \(condition) AND letters = 0"
        page = """
            SELECT grouping, letters, code, agent, action, customer FROM \(groups)
            WHERE account = ?1 AND grouping > ?2 ORDER BY grouping
            """
        select = """
            SELECT grouping, letters, code, agent, action, customer FROM \(groups)
            WHERE \(condition)
            """
        oldest = """
            SELECT \(DeadLettersStatements.columns) FROM \(letters) INDEXED BY \(index)
            WHERE \(condition) ORDER BY received_at, event_id LIMIT ?3
            """
        newest = """
            SELECT received_at FROM \(letters) INDEXED BY \(index)
            WHERE \(condition) ORDER BY received_at DESC, event_id DESC LIMIT 1
            """
    }

    /// What reads for clients; none of them may scan a table.
    var queries: [String] { [page, select, oldest, newest] }
}

// MARK: Folding

extension DeadLetterGroupsStatements {
    /// Moves a group's count; a group with no letter left is no more.
    func save(
        _ group: DeadLetterGroup,
        difference: Int,
        account: Int64,
        _ database: Database
    ) throws {
        let known = try BoundStatement(database, add)
        known.bind(1, account)
        known.bind(2, group.id.bytes)
        known.bind(3, difference)
        if try known.runCountingChanges() > 0 {
            guard difference < 0 else { return }
            let empty = try BoundStatement(database, deleteEmpty)
            empty.bind(1, account)
            empty.bind(2, group.id.bytes)
            return try empty.run()
        }
        let new = try BoundStatement(database, insert)
        new.bind(1, account)
        new.bind(2, group.id.bytes)
        new.bind(3, difference)
        new.bind(4, Text(group.code.rawValue))
        new.bind(5, optional: group.agent?.text)
        new.bind(6, optional: group.action?.text)
        new.bind(7, optional: group.customer?.text)
        try new.run()
    }
}

// MARK: Reading

extension DeadLetterGroupsStatements {
    /// The statement that walks an account's groups from after a place, its values bound.
    func page(
        of account: Int64,
        after cursor: PageCursor?,
        _ database: Database
    ) throws -> BoundStatement {
        let statement = try BoundStatement(database, page)
        statement.bind(1, account)
        statement.bind(2, cursor?.tie ?? [])
        return statement
    }

    static func cursor(_ row: StatementRow, account: AccountID) -> PageCursor {
        PageCursor(
            list: .deadLetterGroups,
            account: account,
            time: .earliest,
            tie: row.bytes(0)
        )
    }

    /// The group a statement stands at, and how many letters it has.
    static func counted(_ row: StatementRow) throws -> (group: DeadLetterGroup, count: Int) {
        let group = DeadLetterGroup(
            code: try row.code(2),
            agent: row.isNull(3) ? nil : try row.slug(3),
            action: row.isNull(4) ? nil : try row.action(4),
            customer: row.isNull(5) ? nil : try row.customer(5)
        )
        return (group, Int(row.integer(1)))
    }

    /// The group of a name and how many letters it has; nil when there is none.
    func counted(
        _ id: DeadLetterGroupID,
        of account: Int64,
        _ database: Database
    ) throws -> (group: DeadLetterGroup, count: Int)? {
        let statement = try BoundStatement(database, select)
        statement.bind(1, account)
        statement.bind(2, id.bytes)
        return try statement.first { try Self.counted($0) }
    }

    /// A group with its oldest letters and the time of its newest.
    func grouped(
        _ counted: (group: DeadLetterGroup, count: Int),
        account: AccountID,
        number: Int64,
        _ database: Database
    ) throws -> GroupedDeadLetters {
        let first = try BoundStatement(database, oldest)
        first.bind(1, number)
        first.bind(2, counted.group.id.bytes)
        first.bind(3, GroupedDeadLetters.samplesLimit)
        let letters = try first.all { try DeadLettersStatements.letter($0, account: account) }
        let last = try BoundStatement(database, newest)
        last.bind(1, number)
        last.bind(2, counted.group.id.bytes)
        return GroupedDeadLetters(
            group: counted.group,
            count: counted.count,
            newestReceivedAt: try last.first { try $0.timestamp(0) } ?? .earliest,
            oldest: letters
        )
    }
}
