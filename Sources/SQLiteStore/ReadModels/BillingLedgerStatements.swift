// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit

/// The statements of the ledger's terms, postings and lines.
struct BillingLedgerStatements: Sendable {
    let selectTerms: String
    let insertTerms: String
    let deleteTerms: String
    let insertPosting: String
    let insertLine: String
    let selectNumber: String
    let selectByID: String
    let selectLines: String
    let selectDoubled: String
    let pageOfAccount: String
    let pageOfCustomer: String
    let pageOfAgent: String

    private static let columns = """
        id, account, key, customer, agent, price, quantity, amount, currency, settled_at,
        recorded_at, partition, position, hash
        """

    init() {
        let terms = ReadModelTables.billingTerms
        let postings = ReadModelTables.postings
        selectTerms = "SELECT customer, agent, price FROM \(terms) WHERE stream = ?1"
        insertTerms = """
            INSERT INTO \(terms) (stream, customer, agent, price) VALUES (?1, ?2, ?3, ?4)
            """
        deleteTerms = "DELETE FROM \(terms) WHERE stream = ?1"
        insertPosting = """
            INSERT INTO \(postings) (\(Self.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """
        insertLine = """
            INSERT INTO \(ReadModelTables.lines) (posting, line, ledger_account, amount)
            VALUES (?1, ?2, ?3, ?4)
            """
        selectNumber = "SELECT posting FROM \(postings) WHERE id = ?1"
        selectByID = "SELECT \(Self.columns), posting FROM \(postings) WHERE id = ?1"
        selectLines = """
            SELECT ledger_account, amount FROM \(ReadModelTables.lines) WHERE posting = ?1 ORDER BY line
            """
        selectDoubled = """
            SELECT partition, position FROM \(postings) WHERE posting = (
                SELECT max(posting) FROM \(postings) GROUP BY id HAVING count(*) > 1 LIMIT 1
            )
            """
        func page(by index: String, _ condition: String) -> String {
            """
            SELECT \(Self.columns), posting FROM \(postings)
            INDEXED BY \(ReadModelTables.index(postings, by: index))
            WHERE account = ?1 AND (recorded_at, id) < (?2, ?3) AND recorded_at >= ?4\(condition)
            ORDER BY recorded_at DESC, id DESC
            """
        }
        pageOfAccount = page(by: "account", "")
        pageOfCustomer = page(by: "customer", " AND customer = ?5")
        pageOfAgent = page(by: "agent", " AND agent = ?5")
    }

    /// What reads; none of them may scan a table. (Only a rebuild that fails looks for what was
    /// booked twice.)
    var queries: [String] {
        [
            selectTerms, selectNumber, selectByID, selectLines, pageOfAccount, pageOfCustomer,
            pageOfAgent,
        ]
    }
}

// MARK: Terms

extension BillingLedgerStatements {
    static func terms(
        of stream: Int64,
        _ statement: BoundStatement
    ) throws -> BillingTerms? {
        statement.bind(1, stream)
        return try statement.first { row in
            BillingTerms(
                customer: try row.customer(0),
                agent: try row.slug(1),
                price: try row.decimal(2)
            )
        }
    }

    static func insert(
        _ terms: BillingTerms,
        of stream: Int64,
        _ statement: BoundStatement
    ) throws {
        statement.bind(1, stream)
        statement.bind(2, terms.customer.text)
        statement.bind(3, terms.agent.text)
        statement.bind(4, terms.price)
        try statement.run()
    }
}

// MARK: Postings

extension BillingLedgerStatements {
    /// Inserts a posting without its lines; they go by the number it gets.
    static func insert(
        _ posting: Posting,
        account: Int64,
        _ statement: BoundStatement
    ) throws {
        statement.bind(1, posting.id.bytes)
        statement.bind(2, account)
        statement.bind(3, bytesOf: posting.key.text)
        statement.bind(4, posting.customer.text)
        statement.bind(5, posting.agent.text)
        statement.bind(6, posting.price)
        statement.bind(7, posting.quantity)
        statement.bind(8, posting.amount)
        statement.bind(9, Text(posting.currency.code))
        statement.bind(10, posting.settledAt)
        statement.bind(11, posting.recordedAt)
        statement.bind(12, posting.source.partition)
        statement.bind(13, posting.source.position.value)
        statement.bind(14, posting.source.hash)
        try statement.run()
    }

    static func insert(
        _ line: LedgerLine,
        number: Int,
        posting: Int64,
        _ statement: BoundStatement
    ) throws {
        statement.bind(1, posting)
        statement.bind(2, number)
        statement.bind(3, Text(line.ledgerAccount.description))
        statement.bind(4, line.amount)
        try statement.run()
    }

    /// The settlement of an outcome that is booked already, in books whose index could not be made.
    func doubled(_ database: Database) throws -> ProjectionFailure? {
        try BoundStatement(database, selectDoubled).first { row in
            ProjectionFailure(
                partition: Partition(Int(row.integer(0))),
                position: LogPosition(row.integer(1)),
                reason: "the outcome is booked already"
            )
        }
    }

    /// A posting of any account, with its lines.
    func posting(
        _ id: PostingID,
        account: AccountID,
        number: Int64,
        _ database: Database
    ) throws -> Posting? {
        let statement = try BoundStatement(database, selectByID)
        statement.bind(1, id.bytes)
        let select = try BoundStatement(database, selectLines)
        let found = try statement.first { row in
            row.integer(1) == number ? try Self.posting(row, account: account, lines: select) : nil
        }
        return found ?? nil
    }

    /// The statement that walks the index for a filter, begun after a place, its values bound.
    func page(
        _ filter: LedgerFilter,
        account: Int64,
        after cursor: PageCursor?,
        _ database: Database
    ) throws -> BoundStatement {
        let statement: BoundStatement
        if let customer = filter.customer {
            statement = try BoundStatement(database, pageOfCustomer)
            statement.bind(5, customer.text)
        } else if let agent = filter.agent {
            statement = try BoundStatement(database, pageOfAgent)
            statement.bind(5, agent.text)
        } else {
            statement = try BoundStatement(database, pageOfAccount)
        }
        let end = filter.to?.microseconds ?? Int64.max
        statement.bind(1, account)
        if let cursor, cursor.time.microseconds < end {
            statement.bind(2, cursor.time)
            statement.bind(3, cursor.tie)
        } else {
            statement.bind(2, end)
            statement.bind(3, [])
        }
        statement.bind(4, filter.from ?? .earliest)
        return statement
    }

    /// Whether the row a statement stands at passes what its index does not see to.
    static func passes(_ row: StatementRow, _ filter: LedgerFilter) -> Bool {
        guard let agent = filter.agent else { return true }
        return row.holds(agent.text, 4)
    }

    static func cursor(_ row: StatementRow, account: AccountID) throws -> PageCursor {
        PageCursor(
            list: .postings,
            account: account,
            time: try row.timestamp(10),
            tie: row.bytes(0)
        )
    }

    /// The posting a statement stands at.
    static func posting(
        _ row: StatementRow,
        account: AccountID,
        lines: BoundStatement
    ) throws -> Posting {
        guard let id = PostingID(bytes: row.bytes(0)) else {
            throw StoreError(.damaged, detail: "a posting's id is none")
        }
        lines.bind(1, row.integer(14))
        return Posting(
            id: id,
            account: account,
            key: try row.outcomeKey(2),
            customer: try row.customer(3),
            agent: try row.slug(4),
            price: try row.decimal(5),
            charge: Charge(
                quantity: try row.wideDecimal(6),
                amount: try row.wideDecimal(7),
                currency: try row.currency(8)
            ),
            settledAt: try row.timestamp(9),
            recordedAt: try row.timestamp(10),
            source: PostingSource(
                partition: Partition(Int(row.integer(11))),
                position: LogPosition(row.integer(12)),
                hash: try row.digest(13)
            ),
            lines: try lines.all { line in
                guard let ledgerAccount = LedgerAccount(try line.text(0)) else {
                    throw StoreError(.damaged, detail: "a ledger account is none")
                }
                return LedgerLine(ledgerAccount: ledgerAccount, amount: try line.wideDecimal(1))
            }
        )
    }
}
