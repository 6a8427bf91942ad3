// SPDX-License-Identifier: Apache-2.0

import ExactValues
import GRDB
import OutcomeDomain
import OutcomesFeed
import ProjectionKit

/// The statements of the outcomes feed.
struct OutcomesFeedStatements: Sendable {
    let selectProgress: String
    /// What does not change and sums go by.
    let selectSummed: String
    let insert: String
    /// Writes everything but the state: naming it would rewrite its place in the index.
    let update: String
    /// Writes the state as well.
    let move: String
    let selectOne: String
    let pageOfAccount: String
    let pageOfState: String
    let pageOfAgent: String
    let pageOfCustomer: String

    private static let changing = """
        version, state, scheduled_resolution, settles_at, state_since, settled_at, recorded_at,
        signal_count, late_signal_count, updated_at, quantity, amount,
        attribution_method, attributed
        """
    private static let fixed = """
        account, opened_at, key, agent, agent_inferred, customer, contract_version,
        contract_hash, price, currency
        """

    init() {
        let table = ReadModelTables.outcomes
        let columns = "\(Self.changing), \(Self.fixed)"
        selectProgress = "SELECT \(Self.changing) FROM \(table) WHERE stream = ?1"
        selectSummed = """
            SELECT account, opened_at, agent, price, currency FROM \(table) WHERE stream = ?1
            """
        insert = """
            INSERT INTO \(table) (stream, \(columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                ?19, ?20, ?21, ?22, ?23, ?24, ?25)
            """
        update = """
            UPDATE \(table) SET version = ?2, scheduled_resolution = ?3, settles_at = ?4,
                signal_count = ?5, late_signal_count = ?6, updated_at = ?7, attributed = ?8
            WHERE stream = ?1
            """
        move = """
            UPDATE \(table) SET version = ?2, state = ?3, scheduled_resolution = ?4,
                settles_at = ?5, state_since = ?6, settled_at = ?7, recorded_at = ?8,
                signal_count = ?9, late_signal_count = ?10, updated_at = ?11, quantity = ?12,
                amount = ?13, attributed = ?15
            WHERE stream = ?1
            """
        selectOne = "SELECT \(columns) FROM \(table) WHERE stream = ?1"
        func page(by index: String, _ condition: String) -> String {
            """
            SELECT \(columns) FROM \(table)
            INDEXED BY \(ReadModelTables.index(table, by: index))
            WHERE account = ?1 AND (opened_at, key) < (?2, ?3)\(condition)
            ORDER BY opened_at DESC, key DESC
            """
        }
        pageOfAccount = page(by: "account", "")
        pageOfState = page(by: "state", " AND state = ?4")
        pageOfAgent = page(by: "agent", " AND agent = ?4")
        pageOfCustomer = page(by: "customer", " AND customer = ?4")
    }

    /// What reads; none of them may scan a table.
    var queries: [String] {
        [
            selectProgress, selectSummed, selectOne, pageOfAccount, pageOfState, pageOfAgent,
            pageOfCustomer,
        ]
    }
}

// MARK: Folding

extension OutcomesFeedStatements {
    /// The changing part of a row; nil when the outcome has none.
    static func progress(
        of stream: Int64,
        _ statement: BoundStatement
    ) throws -> OutcomeProgress? {
        statement.bind(1, stream)
        return try statement.first { try OutcomeProgress($0) }
    }

    static func insert(
        _ row: OutcomeRow,
        account: Int64,
        stream: Int64,
        _ statement: BoundStatement
    ) throws {
        bind(row.progress, stream: stream, statement)
        statement.bind(16, account)
        statement.bind(17, row.openedAt)
        statement.bind(18, bytesOf: row.key.text)
        statement.bind(19, row.agent.text)
        statement.bind(20, row.agentInferred ? 1 : 0)
        statement.bind(21, row.customer.text)
        statement.bind(22, row.contractVersion)
        statement.bind(23, row.contractHash)
        statement.bind(24, row.price)
        statement.bind(25, Text(row.currency.code))
        try statement.run()
    }

    /// A row that stays in its state: what comes with a change of state stays as well.
    static func update(
        _ progress: OutcomeProgress,
        stream: Int64,
        _ statement: BoundStatement
    ) throws {
        statement.bind(1, stream)
        statement.bind(2, progress.version)
        bind(progress.scheduledResolution, at: 3, statement)
        statement.bind(4, progress.settlesAt)
        statement.bind(5, progress.signalCount)
        statement.bind(6, progress.lateSignalCount)
        statement.bind(7, progress.updatedAt)
        statement.bind(8, progress.attribution.total)
        try statement.run()
    }

    static func move(
        _ progress: OutcomeProgress,
        stream: Int64,
        _ statement: BoundStatement
    ) throws {
        bind(progress, stream: stream, statement)
        try statement.run()
    }

    private static func bind(
        _ resolution: Resolution?,
        at place: Int32,
        _ statement: BoundStatement
    ) {
        if let resolution {
            statement.bind(place, resolution.column)
        } else {
            statement.bindNull(place)
        }
    }

    private static func bind(
        _ progress: OutcomeProgress,
        stream: Int64,
        _ statement: BoundStatement
    ) {
        statement.bind(1, stream)
        statement.bind(2, progress.version)
        statement.bind(3, progress.state.column)
        bind(progress.scheduledResolution, at: 4, statement)
        statement.bind(5, progress.settlesAt)
        statement.bind(6, progress.stateSince)
        statement.bind(7, progress.settledAt)
        statement.bind(8, progress.recordedAt)
        statement.bind(9, progress.signalCount)
        statement.bind(10, progress.lateSignalCount)
        statement.bind(11, progress.updatedAt)
        statement.bind(12, progress.quantity)
        statement.bind(13, progress.amount)
        statement.bind(14, progress.attribution.method.column)
        statement.bind(15, progress.attribution.total)
    }
}

// MARK: Reading

extension OutcomesFeedStatements {
    /// The statement that walks the index for a filter, begun after a place, its values bound.
    func page(
        _ filter: OutcomeFilter,
        account: Int64,
        after cursor: PageCursor?,
        _ database: Database
    ) throws -> BoundStatement {
        let statement: BoundStatement
        if let customer = filter.customer {
            statement = try BoundStatement(database, pageOfCustomer)
            statement.bind(4, customer.text)
        } else if let agent = filter.agent {
            statement = try BoundStatement(database, pageOfAgent)
            statement.bind(4, agent.text)
        } else if let state = filter.state {
            statement = try BoundStatement(database, pageOfState)
            statement.bind(4, state.column)
        } else {
            statement = try BoundStatement(database, pageOfAccount)
        }
        statement.bind(1, account)
        statement.bind(2, cursor?.time.microseconds ?? Int64.max)
        statement.bind(3, cursor?.tie ?? [])
        return statement
    }

    /// Whether the row a statement stands at passes a filter.
    static func passes(_ row: StatementRow, _ filter: OutcomeFilter) -> Bool {
        if let state = filter.state, row.integer(1) != state.column { return false }
        if let after = filter.updatedAfter, row.integer(9) <= after.microseconds { return false }
        if let before = filter.updatedBefore, row.integer(9) >= before.microseconds { return false }
        if let agent = filter.agent, !row.holds(agent.text, 17) { return false }
        if let customer = filter.customer, !row.holds(customer.text, 19) { return false }
        return true
    }

    /// The place of the row a statement stands at.
    static func cursor(_ row: StatementRow, account: AccountID) throws -> PageCursor {
        PageCursor(
            list: .outcomes,
            account: account,
            time: try row.timestamp(15),
            tie: row.bytes(16)
        )
    }

    /// The row a statement stands at.
    static func outcome(_ row: StatementRow, account: AccountID) throws -> OutcomeRow {
        OutcomeRow(
            account: account,
            key: try row.outcomeKey(16),
            openedAt: try row.timestamp(15),
            agent: try row.slug(17),
            agentInferred: row.integer(18) != 0,
            customer: try row.customer(19),
            contractVersion: Int(row.integer(20)),
            contractHash: try row.digest(21),
            price: try row.decimal(22),
            currency: try row.currency(23),
            progress: try OutcomeProgress(row)
        )
    }
}

extension OutcomeProgress {
    /// Reads the first fourteen columns.
    fileprivate init(_ row: StatementRow) throws {
        self.init(
            state: try OutcomeState(column: row.integer(1)),
            scheduledResolution: row.isNull(2) ? nil : try Resolution(column: row.integer(2)),
            settlesAt: try row.timestamp(3),
            stateSince: try row.timestamp(4),
            settledAt: try row.optionalTimestamp(5),
            recordedAt: try row.optionalTimestamp(6),
            quantity: try row.optionalWideDecimal(10),
            amount: try row.optionalWideDecimal(11),
            signalCount: Int(row.integer(7)),
            lateSignalCount: Int(row.integer(8)),
            updatedAt: try row.timestamp(9),
            version: Int(row.integer(0)),
            attribution: AttributionTally(
                method: try AttributionMethod(column: row.integer(12)),
                total: try row.optionalWideDecimal(13)
            )
        )
    }
}
