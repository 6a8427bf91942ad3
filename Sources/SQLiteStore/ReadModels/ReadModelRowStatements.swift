// SPDX-License-Identifier: Apache-2.0

/// The rows of a read model as they are compared: by their content, since accounts and postings
/// have other numbers in another copy, and in an order that both copies share.
enum ReadModelRowStatements {
    /// The rows of one table.
    struct Rows: Sendable {
        let table: String
        let sql: String
        /// The names of the columns.
        let columns: [String]
        /// So many of the first columns are the key, by which the rows are ordered.
        let keyColumns: Int
        /// The columns that name a row for a person.
        let nameColumns: Range<Int>

        fileprivate init(
            table: String,
            keyColumns: Int,
            nameColumns: Range<Int>? = nil,
            _ columns: [(name: String, expression: String)],
            _ rest: String
        ) {
            self.table = table
            self.keyColumns = keyColumns
            self.nameColumns = nameColumns ?? 0..<keyColumns
            self.columns = columns.map(\.name)
            sql = "SELECT " + columns.map(\.expression).joined(separator: ", ") + " " + rest
        }
    }

    /// All tables of a read model.
    static func rows(of model: ReadModelName) -> [Rows] {
        switch model {
        case .feed: [checkpoints, outcomes, contracts, outcomeCounts, outcomeAmounts]
        case .ledger: [checkpoints, terms, postings, lines, sums]
        case .deadLetters: [checkpoints, letters, counts, groups]
        case .journeys: [checkpoints, marks]
        case .value: [checkpoints, values, valueMonths, valueAgents]
        }
    }

    private static let values = Rows(
        table: ReadModelTables.valueRecords,
        keyColumns: 1,
        plain("event_id") + [account]
            + plain(
                "owner",
                "agent",
                "kind",
                "title",
                "description",
                "usd",
                "metadata",
                "created_at",
                "position",
                "partition"
            ),
        "FROM \(ReadModelTables.valueRecords) AS t ORDER BY t.event_id"
    )

    private static let valueMonths = Rows(
        table: ReadModelTables.valueMonths,
        keyColumns: 5,
        [account] + plain("is_user", "owner", "month", "kind", "records", "usd"),
        """
        FROM \(ReadModelTables.valueMonths) AS t
        ORDER BY account_id, t.is_user, t.owner, t.month, t.kind
        """
    )

    private static let valueAgents = Rows(
        table: ReadModelTables.valueAgents,
        keyColumns: 6,
        [account] + plain("is_user", "owner", "month", "has_agent", "agent", "records", "usd"),
        """
        FROM \(ReadModelTables.valueAgents) AS t
        ORDER BY account_id, t.is_user, t.owner, t.month, t.has_agent, t.agent
        """
    )

    private static func plain(_ names: String...) -> [(name: String, expression: String)] {
        names.map { ($0, "t." + $0) }
    }

    /// The account's id in the place of its number.
    private static let account = (
        name: "account",
        expression: "(SELECT id FROM read_accounts AS a WHERE a.account = t.account) AS account_id"
    )

    private static let checkpoints = Rows(
        table: "checkpoints",
        keyColumns: 1,
        plain("partition", "position", "hash"),
        "FROM checkpoints AS t ORDER BY t.partition"
    )

    private static let outcomes = Rows(
        table: ReadModelTables.outcomes,
        keyColumns: 1,
        nameColumns: 1..<3,
        plain("stream") + [account]
            + plain(
                "key",
                "version",
                "state",
                "scheduled_resolution",
                "settles_at",
                "state_since",
                "settled_at",
                "recorded_at",
                "signal_count",
                "late_signal_count",
                "updated_at",
                "quantity",
                "amount",
                "attribution_method",
                "attributed",
                "opened_at",
                "agent",
                "agent_inferred",
                "customer",
                "contract_version",
                "contract_hash",
                "price",
                "currency"
            ),
        "FROM \(ReadModelTables.outcomes) AS t ORDER BY t.stream"
    )

    /// Without those that have come to nothing: whether they have a row depends on the batches.
    private static let outcomeCounts = Rows(
        table: ReadModelTables.outcomeCounts,
        keyColumns: 4,
        [account] + plain("day", "agent", "state", "outcomes"),
        """
        FROM \(ReadModelTables.outcomeCounts) AS t WHERE t.outcomes > 0
        ORDER BY account_id, t.day, t.agent, t.state
        """
    )

    /// As the counts.
    private static let outcomeAmounts = Rows(
        table: ReadModelTables.outcomeAmounts,
        keyColumns: 4,
        [account] + plain("kind", "day", "currency", "outcomes", "amount"),
        """
        FROM \(ReadModelTables.outcomeAmounts) AS t WHERE t.outcomes > 0
        ORDER BY account_id, t.kind, t.day, t.currency
        """
    )

    private static let contracts = Rows(
        table: "read_contracts",
        keyColumns: 1,
        plain("hash", "contract"),
        "FROM read_contracts AS t ORDER BY t.hash"
    )

    private static let terms = Rows(
        table: ReadModelTables.billingTerms,
        keyColumns: 1,
        plain("stream", "customer", "agent", "price"),
        "FROM \(ReadModelTables.billingTerms) AS t ORDER BY t.stream"
    )

    private static let postings = Rows(
        table: ReadModelTables.postings,
        keyColumns: 1,
        nameColumns: 0..<3,
        plain("id") + [account]
            + plain(
                "key",
                "customer",
                "agent",
                "price",
                "quantity",
                "amount",
                "currency",
                "settled_at",
                "recorded_at",
                "partition",
                "position",
                "hash"
            ),
        "FROM \(ReadModelTables.postings) AS t ORDER BY t.id"
    )

    private static let lines = Rows(
        table: ReadModelTables.lines,
        keyColumns: 2,
        [("posting", "p.id")] + plain("line", "ledger_account", "amount"),
        """
        FROM \(ReadModelTables.postings) AS p
        JOIN \(ReadModelTables.lines) AS t ON t.posting = p.posting
        ORDER BY p.id, t.line
        """
    )

    private static let sums = Rows(
        table: ReadModelTables.sums,
        keyColumns: 5,
        [account] + plain("customer", "agent", "currency", "day", "amount", "postings"),
        """
        FROM \(ReadModelTables.sums) AS t
        ORDER BY account_id, t.customer, t.agent, t.currency, t.day
        """
    )

    private static let letters = Rows(
        table: ReadModelTables.deadLetters,
        keyColumns: 1,
        plain("event_id") + [account]
            + plain("key", "code", "action", "customer", "agent", "received_at", "parked")
            + plain("grouping"),
        "FROM \(ReadModelTables.deadLetters) AS t ORDER BY t.event_id"
    )

    /// Each once: which runs and generations have a mark depends on the batches.
    private static let marks = Rows(
        table: ReadModelTables.journeyMarks,
        keyColumns: 3,
        plain("mark", "partition", "block"),
        """
        FROM (
            SELECT mark, partition, block FROM \(ReadModelTables.journeyMarks)
            UNION SELECT mark, partition, block FROM \(ReadModelTables.journeyRuns)
        ) AS t
        ORDER BY t.mark, t.partition, t.block
        """
    )

    /// Without those that have come to nothing: whether they have a row depends on the batches.
    private static let counts = Rows(
        table: ReadModelTables.deadLetterCounts,
        keyColumns: 2,
        [account] + plain("code", "letters"),
        """
        FROM \(ReadModelTables.deadLetterCounts) AS t WHERE t.letters > 0
        ORDER BY account_id, t.code
        """
    )

    private static let groups = Rows(
        table: ReadModelTables.deadLetterGroups,
        keyColumns: 2,
        [account] + plain("grouping", "letters", "code", "agent", "action", "customer"),
        """
        FROM \(ReadModelTables.deadLetterGroups) AS t ORDER BY account_id, t.grouping
        """
    )
}
