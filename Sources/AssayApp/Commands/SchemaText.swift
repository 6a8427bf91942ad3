// SPDX-License-Identifier: Apache-2.0

import PostgresStore

/// `assay schema`: the SQL that an administrator runs by hand.
public enum SchemaText {
    /// Creates the schema.
    public static var creation: String { SchemaScript.creation() }

    /// Spreads the tables over Citus.
    public static var distribution: String { SchemaScript.distribution() }

    /// Gives a role what serving needs, and no right to change or remove what is in the log.
    ///
    /// - Throws: `CommandFailure` when the name can be none.
    public static func grants(to role: String) throws -> String {
        guard !role.isEmpty, role.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
            throw CommandFailure("'\(role)' is no name of a role.")
        }
        return SchemaScript.grants(to: role)
    }
}
