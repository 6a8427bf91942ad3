// SPDX-License-Identifier: Apache-2.0

/// The settings and the locks of a connection.
enum ConnectionStatements {
    static let tryAdvisoryLock = "SELECT pg_catalog.pg_try_advisory_lock($1::bigint)"

    static let begin = "BEGIN"
    static let commit = "COMMIT"
    static let rollback = "ROLLBACK"

    /// What every connection begins with.
    ///
    /// A commit that is not on disk must not be answered, whatever the role's defaults are. The
    /// server gives up sooner than we do, so that most time-outs have a clear end.
    ///
    /// `session`: What the name of the session ends in, so that it can be told whose it is.
    ///
    /// `isLocal`: Whether a commit need not wait for standbys, for what is true for seconds only.
    static func prepare(
        schema: String,
        limitSeconds: Int,
        session: String,
        isLocal: Bool
    ) -> String {
        """
        SELECT pg_catalog.set_config('application_name', pg_catalog.left(
            pg_catalog.current_setting('application_name'), 63 - 1 - pg_catalog.length('\(session)')
        ) || ' \(session)', false);
        SET search_path TO "\(schema)", pg_catalog;
        SET statement_timeout TO '\(max(1, limitSeconds - 1))s';
        SET lock_timeout TO '\(max(1, limitSeconds - 1))s';
        SET idle_in_transaction_session_timeout TO '\(limitSeconds)s';
        SET default_transaction_isolation TO 'read committed';
        SELECT pg_catalog.set_config('synchronous_commit', '\(isLocal ? "local" : "on")', false)
        WHERE \(isLocal) OR pg_catalog.current_setting('synchronous_commit') IN ('off', 'local')
        """
    }
}
