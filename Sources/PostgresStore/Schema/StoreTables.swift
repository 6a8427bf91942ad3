// SPDX-License-Identifier: Apache-2.0

/// A table of the store: how Citus spreads it and what a node does with it.
struct StoreTable: Sendable {
    /// What a role may do with a table.
    enum Right: String, Sendable, CaseIterable {
        case select = "SELECT"
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
    }

    /// How Citus spreads the rows of a table.
    enum Spread: Sendable {
        /// With their partition.
        case byPartition
        /// On every node, all of them.
        case everywhere
        /// On the coordinator alone, beside the sessions that belong to them.
        case coordinator
    }

    /// Its name, without the schema.
    let name: String
    /// The rights without which a store cannot be served.
    let rights: [Right]
    /// Where Citus keeps the rows.
    var spread = Spread.byPartition
    /// Whether what is written stays as it is.
    var isAppendOnly = false
}

/// Every table of the store, once: privileges, distribution and tests go by this list.
enum StoreTables {
    static let all = [
        StoreTable(name: "migrations", rights: [.select], spread: .everywhere),
        StoreTable(name: "store", rights: [.select, .insert], spread: .everywhere),
        StoreTable(
            name: "nodes",
            rights: [.select, .insert, .update, .delete],
            spread: .coordinator
        ),
        StoreTable(name: "ingest_heads", rights: [.select, .insert, .update]),
        StoreTable(name: "event_heads", rights: [.select, .insert, .update]),
        StoreTable(name: "ingest", rights: [.select, .insert, .delete]),
        StoreTable(name: "idempotency", rights: [.select, .insert], isAppendOnly: true),
        StoreTable(name: "intake_fences", rights: [.select, .insert, .update]),
        StoreTable(name: "clocks", rights: [.select, .insert, .update]),
        StoreTable(name: "streams", rights: [.select, .insert], isAppendOnly: true),
        StoreTable(name: "events", rights: [.select, .insert], isAppendOnly: true),
        StoreTable(name: "sealing_keys", rights: [.select, .insert, .update]),
        StoreTable(name: "timers", rights: [.select, .insert, .delete]),
        StoreTable(name: "tree_tiles", rights: [.select, .insert], isAppendOnly: true),
        StoreTable(name: "checkpoints", rights: [.select, .insert], isAppendOnly: true),
        StoreTable(
            name: "signing_keys",
            rights: [.select, .insert],
            spread: .everywhere,
            isAppendOnly: true
        ),
        local("users"), local("memberships"), local("sessions"), local("links"),
    ]

    /// A table that is changed and read on the coordinator.
    private static func local(_ name: String) -> StoreTable {
        StoreTable(name: name, rights: StoreTable.Right.allCases, spread: .coordinator)
    }

    private static let missing = PostgresStatement(
        "missing_rights",
        """
        SELECT r.privilege || ' on ' || r.name
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS r (name, privilege, ordinal)
        WHERE NOT has_table_privilege(
            quote_ident($1::text) || '.' || quote_ident(r.name), r.privilege
        )
        ORDER BY r.ordinal LIMIT 1
        """
    )

    /// What making a copy needs besides.
    static let copying: [(table: String, right: StoreTable.Right)] = [
        ("store", .update), ("clocks", .delete),
    ]

    /// Sees that the role has every right that serving the store needs, so that none is missed later;
    /// and what making a copy needs, if that `isCopying`.
    ///
    /// - Throws: `PostgresOpenError.notAllowed`, with the first that it lacks.
    static func check(
        _ connection: PostgresConnection,
        schema: String,
        isCopying: Bool = false
    ) throws {
        let served = all.flatMap { table in table.rights.map { (table: table.name, right: $0) } }
        let rights = (served + (isCopying ? copying : [])).map { ($0.table, $0.right.rawValue) }
        var parameters = PostgresParameters()
        parameters.add(text: schema)
        parameters.add(texts: rights.map(\.0))
        parameters.add(texts: rights.map(\.1))
        if let lacking = try connection.first(missing, parameters, { $0.string(0) }) {
            throw PostgresOpenError.notAllowed("it lacks \(lacking)")
        }
    }
}
