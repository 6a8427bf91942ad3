// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import OutcomeDomain
import ProjectionKit
import ValueDelivered

/// The statements of delivered value.
struct ValueDeliveredStatements: Sendable {
    let totals = ValueTotalStatements()
    let insert: String
    let select: String
    let pageOfAccount: String
    let pageOfUser: String

    private static let columns = """
        event_id, account, owner, agent, kind, title, description, usd, metadata, created_at, \
        position, partition
        """

    init() {
        let records = ReadModelTables.valueRecords
        insert = """
            INSERT INTO \(records) (\(Self.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """
        select = "SELECT \(Self.columns) FROM \(records) WHERE event_id = ?1"
        func page(by index: String, _ condition: String) -> String {
            """
            SELECT \(Self.columns) FROM \(records)
            INDEXED BY \(ReadModelTables.index(records, by: index))
            WHERE account = ?1\(condition) AND (created_at, position, partition) < (?2, ?3, ?4)
            ORDER BY created_at DESC, position DESC, partition DESC
            """
        }
        pageOfAccount = page(by: "account", "")
        pageOfUser = page(by: "owner", " AND owner = ?5")
    }

    /// What reads; none of them may scan a table.
    var queries: [String] { [select, pageOfAccount, pageOfUser] + totals.queries }
}

// MARK: Writing

extension ValueDeliveredStatements {
    static func insert(
        _ record: ValueRecord,
        account: Int64,
        _ statement: BoundStatement
    ) throws {
        let value = record.value
        statement.bind(1, record.eventID)
        statement.bind(2, account)
        statement.bind(3, optional: value.user)
        statement.bind(4, optional: value.agent)
        statement.bind(5, Text(value.kind.rawValue))
        statement.bind(6, value.title.text)
        statement.bind(7, optional: value.description?.text)
        statement.bind(8, optional: value.usd.map { Text($0.description) })
        statement.bind(9, record.metadata)
        statement.bind(10, record.createdAt)
        statement.bind(11, record.place.position.value)
        statement.bind(12, record.place.partition)
        try statement.run()
    }
}

// MARK: Reading

extension ValueDeliveredStatements {
    /// The statement that walks an index, begun after a place, its values bound.
    func page(
        of account: Int64,
        user: Int64?,
        after cursor: PageCursor?,
        _ database: Database
    ) throws -> BoundStatement {
        let statement = try BoundStatement(database, user == nil ? pageOfAccount : pageOfUser)
        if let user { statement.bind(5, user) }
        let place = cursor.flatMap { ValueTie($0.tie) }
        statement.bind(1, account)
        statement.bind(2, cursor?.time.microseconds ?? Int64.max)
        statement.bind(3, place?.position ?? 0)
        statement.bind(4, place?.partition ?? 0)
        return statement
    }

    static func cursor(_ row: StatementRow, account: AccountID) throws -> PageCursor {
        PageCursor(
            list: .values,
            account: account,
            time: try row.timestamp(9),
            tie: ValueTie(position: row.integer(10), partition: row.integer(11)).bytes
        )
    }

    /// The record a statement stands at.
    static func record(_ row: StatementRow, account: AccountID) throws -> ValueRecord {
        let value = DeliveredValue(
            kind: try row.valueKind(4),
            title: try row.valueTitle(5),
            description: row.isNull(6) ? nil : try row.valueDescription(6),
            usd: row.isNull(7) ? nil : try row.decimal(7),
            agent: row.isNull(3) ? nil : row.integer(3),
            user: row.isNull(2) ? nil : row.integer(2)
        )
        guard let value else { throw StoreError(.damaged, detail: "a value is below zero") }
        return ValueRecord(
            account: account,
            eventID: try row.eventID(0),
            value: value,
            metadata: row.bytes(8),
            createdAt: try row.timestamp(9),
            place: PartitionPlace(
                partition: Partition(Int(row.integer(11))),
                position: LogPosition(row.integer(10))
            )
        )
    }
}

/// What orders records of one instant: position (8 bytes) and partition (8 bytes).
private struct ValueTie {
    let position: Int64
    let partition: Int64

    init(position: Int64, partition: Int64) {
        self.position = position
        self.partition = partition
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        position = Int64(bitPattern: bytes.bigEndian64(at: 0))
        partition = Int64(bitPattern: bytes.bigEndian64(at: 8))
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: position)
        bytes.append(bigEndian: partition)
        return bytes
    }
}
