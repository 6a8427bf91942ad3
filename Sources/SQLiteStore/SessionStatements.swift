// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Identity

/// The statements of sessions and one-time links.
enum SessionStatements {
    static let insertSession = """
        INSERT INTO sessions (secret_hash, member, account, created_at, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5)
        """

    static let selectSession = """
        SELECT users.id, users.email, users.name, users.created_at, memberships.account,
            memberships.role, memberships.since, sessions.created_at, sessions.used_at
        FROM sessions
        JOIN memberships ON memberships.member = sessions.member
            AND memberships.account = sessions.account
        JOIN users ON users.id = sessions.member
        WHERE sessions.secret_hash = ?1
        """

    static let touchSession = """
        UPDATE sessions SET used_at = ?2 WHERE secret_hash = ?1 AND used_at < ?2
        """

    static let deleteSession = "DELETE FROM sessions WHERE secret_hash = ?1"

    static let deleteSessionsOfUser = "DELETE FROM sessions WHERE member = ?1"

    /// Leaves so many of a user's, those used last.
    static let deleteSurplus = """
        DELETE FROM sessions WHERE secret_hash IN (
            SELECT secret_hash FROM sessions WHERE member = ?1
            ORDER BY used_at DESC, created_at DESC LIMIT -1 OFFSET ?2
        )
        """

    static let deleteIdle = """
        DELETE FROM sessions WHERE secret_hash IN (
            SELECT secret_hash FROM sessions WHERE used_at <= ?1 ORDER BY used_at LIMIT ?2
        )
        """

    static let deleteOld = """
        DELETE FROM sessions WHERE secret_hash IN (
            SELECT secret_hash FROM sessions WHERE created_at <= ?1 ORDER BY created_at LIMIT ?2
        )
        """

    // MARK: Links

    static let insertLink = """
        INSERT INTO links (secret_hash, subject, kind, email, member, account, role, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (subject) DO UPDATE SET secret_hash = excluded.secret_hash,
            role = excluded.role, expires_at = excluded.expires_at
        """

    private static let linkColumns = "secret_hash, kind, email, member, account, role, expires_at"

    static let selectLink = """
        SELECT \(linkColumns) FROM links WHERE secret_hash = ?1 AND expires_at > ?2
        """

    static let takeLink = """
        DELETE FROM links WHERE secret_hash = ?1 AND expires_at > ?2 RETURNING \(linkColumns)
        """

    /// Links that sign in or set a password, which end with the password.
    static let deleteLinksOfUser = "DELETE FROM links WHERE member = ?1"

    /// Links with which somebody would join an account.
    static let deleteInvitations = "DELETE FROM links WHERE account = ?1 AND kind = 1"

    static let deleteEndedLinks = """
        DELETE FROM links WHERE secret_hash IN (
            SELECT secret_hash FROM links WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2
        )
        """

    /// What reads or seeks; none of them may scan a table.
    static let queries = [
        selectSession, touchSession, deleteSession, deleteSessionsOfUser, deleteIdle, deleteOld,
        selectLink, deleteLinksOfUser, deleteInvitations, deleteEndedLinks,
    ]

    // MARK: Sessions

    static func insert(_ session: Session, _ database: Database) throws {
        let statement = try BoundStatement(database, insertSession)
        statement.bind(1, session.secretHash)
        statement.bind(2, session.user.number)
        statement.bind(3, session.account.text)
        statement.bind(4, session.createdAt.microseconds)
        statement.bind(5, session.usedAt.microseconds)
        try statement.run()
    }

    static func session(
        _ secretHash: Digest,
        _ database: Database
    ) throws -> (session: Session, membership: Membership)? {
        let statement = try BoundStatement(database, selectSession)
        statement.bind(1, secretHash)
        return try statement.first { row in
            let membership = try row.membership()
            let session = Session(
                secretHash: secretHash,
                user: membership.user.id,
                account: membership.account,
                createdAt: try row.timestamp(7),
                usedAt: try row.timestamp(8)
            )
            return (session, membership)
        }
    }

    static func touch(_ secretHash: Digest, at now: Timestamp, _ database: Database) throws {
        let statement = try BoundStatement(database, touchSession)
        statement.bind(1, secretHash)
        statement.bind(2, now.microseconds)
        try statement.run()
    }

    /// Ends a session; false when there is none.
    @discardableResult
    static func end(_ secretHash: Digest, _ database: Database) throws -> Bool {
        let statement = try BoundStatement(database, deleteSession)
        statement.bind(1, secretHash)
        return try statement.runCountingChanges() > 0
    }

    static func endAll(of user: UserID, _ database: Database) throws {
        try run(deleteSessionsOfUser, user.number, nil, database)
    }

    static func endSurplus(of user: UserID, _ database: Database) throws {
        try run(deleteSurplus, user.number, SessionLimits.sessionsPerUser, database)
    }

    // MARK: Links

    static func insert(_ link: LinkRecord, _ database: Database) throws {
        let statement = try BoundStatement(database, insertLink)
        statement.bind(1, link.secretHash)
        statement.bind(2, link.subject)
        statement.bind(3, link.kind)
        statement.bind(4, optional: link.email)
        if let user = link.user { statement.bind(5, user) } else { statement.bindNull(5) }
        statement.bind(6, optional: link.account)
        statement.bind(7, optional: link.role)
        statement.bind(8, link.expiresAt.microseconds)
        try statement.run()
    }

    static func link(
        _ secretHash: Digest,
        at now: Timestamp,
        isTaken: Bool,
        _ database: Database
    ) throws -> OneTimeLink? {
        let statement = try BoundStatement(database, isTaken ? takeLink : selectLink)
        statement.bind(1, secretHash)
        statement.bind(2, now.microseconds)
        // A row that is answered is gone only once the statement has ended.
        return try statement.all { try $0.oneTimeLink() }.first
    }

    static func removeLinks(of user: UserID, _ database: Database) throws {
        try run(deleteLinksOfUser, user.number, nil, database)
    }

    static func removeInvitations(to account: AccountID, _ database: Database) throws {
        let statement = try BoundStatement(database, deleteInvitations)
        statement.bind(1, account.text)
        try statement.run()
    }

    static func sweep(at now: Timestamp, limit: Int, _ database: Database) throws {
        let idle = now.adding(seconds: -Int64(SessionLimits.idleSeconds))
        let old = now.adding(seconds: -Int64(SessionLimits.lifetimeSeconds))
        try run(deleteIdle, idle.microseconds, limit, database)
        try run(deleteOld, old.microseconds, limit, database)
        try run(deleteEndedLinks, now.microseconds, limit, database)
    }

    private static func run(
        _ sql: String,
        _ first: Int64,
        _ second: Int?,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, sql)
        statement.bind(1, first)
        if let second { statement.bind(2, second) }
        try statement.run()
    }
}

extension StatementRow {
    /// A link from seven columns.
    fileprivate func oneTimeLink() throws(StoreError) -> OneTimeLink {
        let record = LinkRecord(
            secretHash: try digest(0),
            kind: integer(1),
            email: isNull(2) ? nil : try text(2),
            user: isNull(3) ? nil : integer(3),
            account: isNull(4) ? nil : try text(4),
            role: isNull(5) ? nil : try text(5),
            expiresAt: try timestamp(6)
        )
        guard let link = record.link else {
            throw StoreError(.damaged, detail: "a link is out of form")
        }
        return link
    }
}
