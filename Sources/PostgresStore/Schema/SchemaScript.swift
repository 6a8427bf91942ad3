// SPDX-License-Identifier: Apache-2.0

/// The SQL that an administrator runs by hand, for `psql`.
public enum SchemaScript {
    /// Creates the schema and its tables, as the first start of a node would.
    ///
    /// `schema`: The name of the schema.
    public static func creation(schema: String = PostgresStore.defaultSchema) -> String {
        StoreSchema.migrations.indices
            .flatMap { StoreSchema.transaction(of: $0, schema: schema) }
            .map { $0 + ";" }
            .joined(separator: "\n")
    }

    /// Spreads the empty tables over the nodes of Citus by their partition.
    ///
    /// `schema`: The name of the schema.
    public static func distribution(schema: String = PostgresStore.defaultSchema) -> String {
        let spread = StoreTables.all.filter { $0.spread == .byPartition }
        let whole = StoreTables.all.filter { $0.spread == .everywhere }
        let first = spread.first.map(\.name) ?? ""
        let colocated = spread.dropFirst().map { table in
            """
            SELECT create_distributed_table(
                '\(schema).\(table.name)', 'partition', colocate_with => '\(schema).\(first)'
            );
            """
        }
        let lines =
            [
                """
                -- After the schema is there and before the first start, on the coordinator. The
                -- triggers that keep the log append-only need this setting; let Assay use a role
                -- made with --grants, which has not the rights that they refuse.
                CREATE EXTENSION IF NOT EXISTS citus;
                SET citus.enable_unsafe_triggers TO on;
                """
            ]
            + whole.map { "SELECT create_reference_table('\(schema).\($0.name)');" }
            + ["SELECT create_distributed_table('\(schema).\(first)', 'partition');"]
            + colocated
        return lines.joined(separator: "\n")
    }

    /// Gives a role what serving the store needs and nothing else.
    ///
    /// It may not create, and it may not change or remove what is in the log.
    /// - Parameters:
    ///   - role: The role's name, as it is; it must be there.
    ///   - schema: The name of the schema.
    /// - Returns: The statements, in one transaction.
    public static func grants(
        to role: String,
        schema: String = PostgresStore.defaultSchema
    ) -> String {
        let name = "\"" + role.replacing("\"", with: "\"\"") + "\""
        let grants = StoreTables.all.map { table in
            let rights = table.rights.map(\.rawValue).joined(separator: ", ")
            return "GRANT \(rights) ON \(schema).\(table.name) TO \(name);"
        }
        let lines =
            [
                "BEGIN;",
                "REVOKE ALL ON SCHEMA \(schema) FROM \(name);",
                "REVOKE ALL ON ALL TABLES IN SCHEMA \(schema) FROM \(name);",
                "GRANT USAGE ON SCHEMA \(schema) TO \(name);",
                "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA \(schema) TO \(name);",
            ] + grants + ["COMMIT;"]
        return lines.joined(separator: "\n")
    }
}
