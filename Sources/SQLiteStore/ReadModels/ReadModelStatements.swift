// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements that all read models share: checkpoints, accounts, contracts.
enum ReadModelStatements {
    static let selectCheckpoints = """
        SELECT partition, position FROM checkpoints WHERE projection = ?1
        """

    static let setCheckpoint = """
        INSERT INTO checkpoints (projection, partition, position) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET position = excluded.position
        """

    static let selectAccount = "SELECT account FROM read_accounts WHERE id = ?1"

    static let insertAccount = "INSERT INTO read_accounts (id) VALUES (?1)"

    static let insertContract = """
        INSERT INTO read_contracts (hash, contract) VALUES (?1, ?2) ON CONFLICT DO NOTHING
        """

    static let selectContract = "SELECT contract FROM read_contracts WHERE hash = ?1"

    static let queries = [selectCheckpoints, selectAccount, selectContract]

    // MARK: Checkpoints

    static func checkpoints(
        of projection: String,
        _ database: Database
    ) throws -> [Partition: LogPosition] {
        let statement = try BoundStatement(database, selectCheckpoints)
        statement.bind(1, Text(projection))
        var checkpoints: [Partition: LogPosition] = [:]
        try statement.forEachRow { row in
            checkpoints[Partition(Int(row.integer(0)))] = LogPosition(row.integer(1))
            return true
        }
        return checkpoints
    }

    static func set(
        _ checkpoints: [Partition: LogPosition],
        of projection: String,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, setCheckpoint)
        statement.bind(1, Text(projection))
        for (partition, position) in checkpoints {
            statement.bind(2, partition)
            statement.bind(3, position.value)
            try statement.run()
        }
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
