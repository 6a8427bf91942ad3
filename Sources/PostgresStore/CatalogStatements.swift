// SPDX-License-Identifier: Apache-2.0

/// The statements of the catalog streams.
enum CatalogStatements {
    static let selectAccounts = PostgresStatement(
        "select_accounts",
        "SELECT account FROM streams WHERE partition = $1::integer AND kind = 1 ORDER BY stream"
    )

    static let selectLast = PostgresStatement(
        "select_last_version",
        """
        SELECT version, hash FROM events
        WHERE partition = $1::integer AND stream = $2::bigint ORDER BY version DESC LIMIT 1
        """
    )
}
