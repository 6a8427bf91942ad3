// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB

/// The statements of the sealing keys: whose they are, and which slot of their file each is in.
enum SealingKeyStatements {
    static let insert = """
        INSERT INTO sealing_keys (
            partition, account, customer, generation, key_id, slot, is_destroyed
        )
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
        """

    static let replace = """
        UPDATE sealing_keys SET key_id = ?5, slot = ?6
        WHERE partition = ?1 AND account = ?2 AND customer = ?3 AND generation = ?4
        """

    static let selectLatest = """
        SELECT max(generation) FROM sealing_keys
        WHERE partition = ?1 AND account = ?2 AND customer = ?3
        """

    static let select = """
        SELECT account, customer, generation, key_id, slot, is_destroyed FROM sealing_keys
        WHERE partition = ?1 AND account = ?2 AND customer = ?3 AND generation = ?4
        """

    static let selectPage = """
        SELECT account, customer, generation, key_id, slot, is_destroyed FROM sealing_keys
        WHERE partition = ?1 AND (account, customer, generation) > (?2, ?3, ?4)
        ORDER BY account, customer, generation LIMIT ?5
        """

    /// What is left to be destroyed of an owner, up to a generation.
    static let selectLiving = """
        SELECT account, customer, generation, key_id, slot, is_destroyed FROM sealing_keys
        WHERE partition = ?1 AND account = ?2 AND customer = ?3 AND generation <= ?4
            AND is_destroyed = 0
        """

    static let markDestroyed = """
        UPDATE sealing_keys SET is_destroyed = 1
        WHERE partition = ?1 AND account = ?2 AND customer = ?3 AND generation <= ?4
        """

    static let close = """
        INSERT INTO sealing_keys (
            partition, account, customer, generation, key_id, slot, is_destroyed
        )
        VALUES (?1, ?2, ?3, ?4, x'', NULL, 1)
        ON CONFLICT DO NOTHING
        """

    static let selectDestroyed = """
        SELECT slot, key_id FROM sealing_keys
        WHERE is_destroyed = 1 AND slot IS NOT NULL ORDER BY slot
        """

    static let selectAnyKey = """
        SELECT 1 FROM sealing_keys WHERE slot IS NOT NULL AND is_destroyed = 0 LIMIT 1
        """

    static let all = [
        insert, replace, selectLatest, select, selectPage, selectLiving, markDestroyed, close,
        selectDestroyed,
    ]

    /// A key as the store has it: the secret is in the file.
    struct Row {
        let name: SealingKeyName
        let id: [UInt8]
        let slot: Int?
        let isDestroyed: Bool

        /// The key with its secret, as far as the file holds it.
        ///
        /// - Throws: `.unavailable` when the file cannot be read; that says nothing of the key.
        func record(in file: SealingKeyFile?) throws(StoreError) -> SealingKeyRecord {
            var secret: [UInt8]?
            if !isDestroyed, let file, let slot { secret = try file.secret(of: id, in: slot) }
            return SealingKeyRecord(name: name, id: id, secret: secret, isLost: !isDestroyed)
        }
    }

    // MARK: Reading

    static func row(named name: SealingKeyName, _ database: Database) throws -> Row? {
        let statement = try bound(select, to: name, database)
        return try statement.first { try $0.sealingKey(in: name.partition) }
    }

    static func page(
        in partition: Partition,
        after name: SealingKeyName?,
        limit: Int,
        _ database: Database
    ) throws -> [Row] {
        let statement = try BoundStatement(database, selectPage)
        statement.bind(1, partition)
        statement.bind(2, name?.account.text ?? "")
        statement.bind(3, bytesOf: name?.customer ?? "")
        statement.bind(4, name?.generation ?? -1)
        statement.bind(5, limit)
        return try statement.all { try $0.sealingKey(in: partition) }
    }

    /// The slots of destroyed keys.
    static func destroyed(_ database: Database) throws -> [(slot: Int, id: [UInt8])] {
        try BoundStatement(database, selectDestroyed).all { row in
            (slot: Int(row.integer(0)), id: row.bytes(1))
        }
    }

    /// Whether a key is in use.
    static func holdsKeys(_ database: Database) throws -> Bool {
        try BoundStatement(database, selectAnyKey).first { _ in true } ?? false
    }

    // MARK: Writing

    /// Makes a key, unless its owner has one of this or a later generation; nil where it is closed.
    ///
    /// What a lost key has sealed stays unreadable; what comes is sealed with the new one.
    static func admit(
        _ candidate: SealingKeyRecord,
        _ file: SealingKeyFile,
        _ database: Database
    ) throws -> (record: SealingKeyRecord, isNew: Bool)? {
        let name = candidate.name
        if let known = try row(named: name, database) {
            guard !known.isDestroyed else { return nil }
            let record = try known.record(in: file)
            guard record.secret == nil, let secret = candidate.secret else {
                return (record, false)
            }
            // A slot that nothing leads to any more is never destroyed.
            if let slot = known.slot { _ = try file.destroy(known.id, in: slot) }
            try place(candidate, in: try file.add(candidate.id, secret), replace, database)
            return (candidate, true)
        }
        let latest = try bound(selectLatest, to: name, places: 3, database)
        let newest = try latest.first { $0.isNull(0) ? nil : Int($0.integer(0)) } ?? nil
        guard let secret = candidate.secret, newest ?? -1 < name.generation else { return nil }
        try place(candidate, in: try file.add(candidate.id, secret), insert, database)
        return (candidate, true)
    }

    private static func place(
        _ key: SealingKeyRecord,
        in slot: Int,
        _ sql: String,
        _ database: Database
    ) throws {
        let statement = try bound(sql, to: key.name, database)
        statement.bind(5, key.id)
        statement.bind(6, slot)
        try statement.run()
    }

    /// Overwrites an owner's keys up to a generation and closes it.
    static func destroy(
        through name: SealingKeyName,
        _ file: SealingKeyFile,
        _ database: Database
    ) throws {
        let living = try bound(selectLiving, to: name, database).all { row in
            try row.sealingKey(in: name.partition)
        }
        var isChanged = false
        for row in living {
            if let slot = row.slot { isChanged = try file.destroy(row.id, in: slot) || isChanged }
        }
        if isChanged { try file.flush() }
        try bound(markDestroyed, to: name, database).run()
        try bound(close, to: name, database).run()
    }

    /// A statement whose first places are the parts of a name.
    private static func bound(
        _ sql: String,
        to name: SealingKeyName,
        places: Int = 4,
        _ database: Database
    ) throws -> BoundStatement {
        let statement = try BoundStatement(database, sql)
        statement.bind(1, name.partition)
        statement.bind(2, name.account.text)
        statement.bind(3, bytesOf: name.customer)
        if places > 3 { statement.bind(4, name.generation) }
        return statement
    }
}

extension StatementRow {
    fileprivate func sealingKey(
        in partition: Partition
    ) throws(StoreError) -> SealingKeyStatements.Row {
        guard let customer = Text(utf8: bytes(1)) else {
            throw StoreError(.damaged, detail: "a customer key is not UTF-8")
        }
        return SealingKeyStatements.Row(
            name: SealingKeyName(
                partition: partition,
                account: try account(0),
                customer: customer,
                generation: Int(integer(2))
            ),
            id: bytes(3),
            slot: isNull(4) ? nil : Int(integer(4)),
            isDestroyed: integer(5) != 0
        )
    }
}
