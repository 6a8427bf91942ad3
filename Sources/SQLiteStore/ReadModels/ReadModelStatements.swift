// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements that all read models share: checkpoints, accounts, contracts.
enum ReadModelStatements {
    static let setCheckpoint = """
        INSERT INTO checkpoints (partition, position, hash) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET position = excluded.position, hash = excluded.hash
        """

    static let selectMarks = "SELECT partition, position, hash FROM checkpoints ORDER BY partition"

    static let insertGoal = "INSERT INTO rebuild_goals (partition, position) VALUES (?1, ?2)"

    static let selectOpenGoals = """
        SELECT partition, position FROM rebuild_goals AS goal
        WHERE NOT EXISTS (
            SELECT 1 FROM checkpoints AS reached
            WHERE reached.partition = goal.partition AND reached.position >= goal.position
        )
        """

    static let insertOrigin = "INSERT INTO origin (id, store) VALUES (1, ?1)"

    static let selectOrigin = "SELECT store FROM origin WHERE id = 1"

    static let selectAccount = "SELECT account FROM read_accounts WHERE id = ?1"

    static let insertAccount = "INSERT INTO read_accounts (id) VALUES (?1)"

    static let insertContract = """
        INSERT INTO read_contracts (hash, contract) VALUES (?1, ?2) ON CONFLICT DO NOTHING
        """

    static let selectContract = "SELECT contract FROM read_contracts WHERE hash = ?1"

    static let selectMigration = "SELECT 1 FROM grdb_migrations WHERE identifier = ?1"

    /// What reads; none of them may scan a table. (Checkpoints and goals are read whole: they have a
    /// row for each partition at most.)
    static let queries = [selectOrigin, selectAccount, selectContract, selectMigration]

    // MARK: Checkpoints

    static func checkpoints(_ database: Database) throws -> [Partition: LogPosition] {
        var checkpoints: [Partition: LogPosition] = [:]
        try BoundStatement(database, selectMarks).forEachRow { row in
            checkpoints[Partition(Int(row.integer(0)))] = LogPosition(row.integer(1))
            return true
        }
        return checkpoints
    }

    static func set(_ marks: [CheckpointMark], _ database: Database) throws {
        let statement = try BoundStatement(database, setCheckpoint)
        for mark in marks {
            statement.bind(1, mark.partition)
            statement.bind(2, mark.position.value)
            statement.bind(3, mark.hash)
            try statement.run()
        }
    }

    static func marks(_ database: Database) throws -> [CheckpointMark] {
        try BoundStatement(database, selectMarks).all { row in
            CheckpointMark(
                partition: Partition(Int(row.integer(0))),
                position: LogPosition(row.integer(1)),
                hash: try row.digest(2)
            )
        }
    }

    // MARK: Building anew

    /// What is not reached yet.
    static func openGoals(_ database: Database) throws -> [Partition: LogPosition] {
        var goals: [Partition: LogPosition] = [:]
        try BoundStatement(database, selectOpenGoals).forEachRow { row in
            goals[Partition(Int(row.integer(0)))] = LogPosition(row.integer(1))
            return true
        }
        return goals
    }

    static func insert(goals: [Partition: LogPosition], _ database: Database) throws {
        let statement = try BoundStatement(database, insertGoal)
        for (partition, position) in goals {
            statement.bind(1, partition)
            statement.bind(2, position.value)
            try statement.run()
        }
    }

    /// Whether postings can be found by their ids: not yet, while they are built aside.
    static func hasPostingsByID(_ database: Database) throws -> Bool {
        let statement = try BoundStatement(database, selectMigration)
        statement.bind(1, Text(ReadModelSchema.postingsByID))
        return try statement.first { $0.integer(0) } != nil
    }

    // MARK: Origin

    /// The store that the rows were made from; nil when the making was cut short.
    static func storeIdentity(_ database: Database) throws -> Digest? {
        try BoundStatement(database, selectOrigin).first { try $0.digest(0) }
    }

    static func set(storeIdentity: Digest, _ database: Database) throws {
        let statement = try BoundStatement(database, insertOrigin)
        statement.bind(1, storeIdentity)
        try statement.run()
    }

    // MARK: Accounts

    /// The number of an account that some row is of; nil while there is none.
    static func number(of account: AccountID, _ database: Database) throws -> Int64? {
        let statement = try BoundStatement(database, selectAccount)
        statement.bind(1, account.text)
        return try statement.first { $0.integer(0) }
    }

    /// The numbers of accounts, new ones for those that have none.
    static func makeNumbers(
        of accounts: Set<AccountID>,
        _ database: Database
    ) throws -> [AccountID: Int64] {
        var numbers: [AccountID: Int64] = [:]
        for account in accounts {
            if let number = try number(of: account, database) {
                numbers[account] = number
                continue
            }
            let statement = try BoundStatement(database, insertAccount)
            statement.bind(1, account.text)
            try statement.run()
            numbers[account] = database.lastInsertedRowID
        }
        return numbers
    }

    // MARK: Contracts

    static func insert(
        _ contracts: [Digest: [UInt8]],
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, insertContract)
        for (hash, contract) in contracts {
            statement.bind(1, hash)
            statement.bind(2, contract)
            try statement.run()
        }
    }

    static func contracts(
        _ hashes: Set<Digest>,
        _ database: Database
    ) throws -> [Digest: [UInt8]] {
        var contracts: [Digest: [UInt8]] = [:]
        let statement = try BoundStatement(database, selectContract)
        for hash in hashes {
            statement.bind(1, hash)
            contracts[hash] = try statement.first { $0.bytes(0) }
        }
        return contracts
    }
}
