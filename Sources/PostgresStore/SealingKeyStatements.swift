// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The statements of the sealing keys; each is about one partition.
enum SealingKeyStatements {
    private static let columns = "account, customer, generation, key_id, secret"

    /// A generation that was closed, or is older than one that is there, gets no key any more.
    ///
    /// The order is the same on all nodes, so that none waits for one that waits for it.
    private static let insert = PostgresStatement(
        "insert_sealing_keys",
        """
        INSERT INTO sealing_keys (partition, account, customer, generation, key_id, secret)
        SELECT $1::integer, c.account, c.customer, c.generation, c.key_id, c.secret
        FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bytea[])
            AS c (account, customer, generation, key_id, secret)
        WHERE NOT EXISTS (
            SELECT FROM sealing_keys k
            WHERE k.partition = $1::integer AND k.account = c.account
                AND k.customer = c.customer AND k.generation >= c.generation
        )
        ORDER BY c.account, c.customer, c.generation
        ON CONFLICT DO NOTHING
        """
    )

    private static let select = PostgresStatement(
        "select_sealing_keys",
        """
        SELECT k.account, k.customer, k.generation, k.key_id, k.secret
        FROM unnest($2::text[], $3::bytea[], $4::bigint[]) AS w (account, customer, generation)
        CROSS JOIN LATERAL (
            SELECT \(columns) FROM sealing_keys s
            WHERE s.partition = $1::integer AND s.account = w.account
                AND s.customer = w.customer AND s.generation = w.generation
            LIMIT 1
        ) k
        """
    )

    private static let selectPage = PostgresStatement(
        "select_sealing_key_page",
        """
        SELECT \(columns) FROM sealing_keys
        WHERE partition = $1::integer
            AND (account, customer, generation) > ($2::text, $3::bytea, $4::bigint)
        ORDER BY account, customer, generation LIMIT $5::bigint
        """
    )

    /// Destroys and closes in one: no key of these generations is made any more.
    ///
    /// A key that is being made at the moment is waited for.
    private static let destroy = PostgresStatement(
        "destroy_sealing_keys",
        """
        WITH gone AS (
            UPDATE sealing_keys SET secret = NULL
            WHERE partition = $1::integer AND account = $2::text AND customer = $3::bytea
                AND generation < $4::bigint AND secret IS NOT NULL
        )
        INSERT INTO sealing_keys AS k (partition, account, customer, generation, key_id, secret)
        VALUES ($1::integer, $2::text, $3::bytea, $4::bigint, ''::bytea, NULL)
        ON CONFLICT (partition, account, customer, generation)
        DO UPDATE SET secret = NULL WHERE k.secret IS NOT NULL
        """
    )

    /// Makes keys in one partition, and answers those that hold.
    static func admit(
        _ candidates: [SealingKeyRecord],
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws -> [SealingKeyRecord] {
        let made = candidates.filter { $0.secret != nil }
        var parameters = names(made.map(\.name), in: partition)
        parameters.add(made.map(\.id))
        parameters.add(made.compactMap(\.secret))
        try connection.forEachRow(insert, parameters) { _ in }
        // A racing node's key is committed by now: the insertion has waited for it.
        return try keys(named: candidates.map(\.name), in: partition, connection)
            .filter { $0.secret != nil }
    }

    static func keys(
        named wanted: [SealingKeyName],
        in partition: Partition,
        _ connection: PostgresConnection
    ) throws -> [SealingKeyRecord] {
        try connection.all(select, names(wanted, in: partition)) { row in
            try row.sealingKey(in: partition)
        }
    }

    static func destroy(
        through name: SealingKeyName,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(integer: name.partition.number)
        parameters.add(text: name.account.text.string)
        parameters.add(Array(name.customer.utf8))
        parameters.add(Int64(name.generation))
        try connection.forEachRow(destroy, parameters) { _ in }
    }

    /// Keys after a name.
    static func page(
        in partition: Partition,
        after name: SealingKeyName?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [SealingKeyRecord] {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(text: name?.account.text.string ?? "")
        parameters.add(Array((name?.customer ?? "").utf8))
        parameters.add(Int64(name?.generation ?? -1))
        parameters.add(Int64(limit))
        return try connection.all(selectPage, parameters) { try $0.sealingKey(in: partition) }
    }

    private static func names(
        _ names: [SealingKeyName],
        in partition: Partition
    ) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.add(integer: partition.number)
        parameters.add(texts: names.map(\.account.text.string))
        parameters.add(keys: names.map(\.customer))
        parameters.add(names.map { Int64($0.generation) })
        return parameters
    }
}

extension PostgresRow {
    /// A sealing key from five columns.
    func sealingKey(in partition: Partition) throws(StoreError) -> SealingKeyRecord {
        guard let customer = Text(utf8: bytes(1)) else {
            throw StoreError(.damaged, detail: "a customer key is not UTF-8")
        }
        return SealingKeyRecord(
            name: SealingKeyName(
                partition: partition,
                account: try account(0),
                customer: customer,
                generation: Int(integer(2))
            ),
            id: bytes(3),
            secret: isNull(4) ? nil : bytes(4)
        )
    }
}
