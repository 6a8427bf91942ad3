// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Identity

/// The statements of sessions and one-time links.
enum SessionStatements {
    private static let insertSession = PostgresStatement(
        "insert_session",
        """
        INSERT INTO sessions (secret_hash, member, account, created_at, used_at)
        VALUES ($1::bytea, $2::bigint, $3::text, $4::bigint, $5::bigint)
        ON CONFLICT (secret_hash) DO NOTHING RETURNING member
        """
    )

    private static let selectSession = PostgresStatement(
        "select_session",
        """
        SELECT u.id, u.email, u.name, u.created_at, m.account, m.role, m.since,
            s.created_at, s.used_at
        FROM sessions s
        JOIN memberships m ON m.member = s.member AND m.account = s.account
        JOIN users u ON u.id = s.member
        WHERE s.secret_hash = $1::bytea
        """
    )

    private static let touchSession = PostgresStatement(
        "touch_session",
        """
        UPDATE sessions SET used_at = $2::bigint
        WHERE secret_hash = $1::bytea AND used_at < $2::bigint
        """
    )

    private static let deleteSession = PostgresStatement(
        "delete_session",
        "DELETE FROM sessions WHERE secret_hash = $1::bytea RETURNING member"
    )

    private static let deleteSessionsOfUser = PostgresStatement(
        "delete_sessions_of_user",
        "DELETE FROM sessions WHERE member = $1::bigint"
    )

    /// Leaves so many of a user's, those used last.
    private static let deleteSurplus = PostgresStatement(
        "delete_surplus_sessions",
        """
        DELETE FROM sessions WHERE secret_hash IN (
            SELECT secret_hash FROM sessions WHERE member = $1::bigint
            ORDER BY used_at DESC, created_at DESC OFFSET $2::bigint
        )
        """
    )

    private static let deleteIdle = PostgresStatement(
        "delete_idle_sessions",
        """
        DELETE FROM sessions WHERE secret_hash IN (
            SELECT secret_hash FROM sessions WHERE used_at <= $1::bigint
            ORDER BY used_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        )
        """
    )

    private static let deleteOld = PostgresStatement(
        "delete_old_sessions",
        """
        DELETE FROM sessions WHERE secret_hash IN (
            SELECT secret_hash FROM sessions WHERE created_at <= $1::bigint
            ORDER BY created_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        )
        """
    )

    // MARK: Links

    private static let insertLink = PostgresStatement(
        "insert_link",
        """
        INSERT INTO links (secret_hash, subject, kind, email, member, account, role, expires_at)
        VALUES ($1::bytea, $2::text, $3::bigint, nullif($4::text, ''), nullif($5::bigint, 0),
            nullif($6::text, ''), nullif($7::text, ''), $8::bigint)
        ON CONFLICT (subject) DO UPDATE SET secret_hash = excluded.secret_hash,
            role = excluded.role, expires_at = excluded.expires_at
        """
    )

    private static let linkColumns = "secret_hash, kind, email, member, account, role, expires_at"

    private static let selectLink = PostgresStatement(
        "select_link",
        """
        SELECT \(linkColumns) FROM links
        WHERE secret_hash = $1::bytea AND expires_at > $2::bigint
        """
    )

    private static let takeLink = PostgresStatement(
        "take_link",
        """
        DELETE FROM links WHERE secret_hash = $1::bytea AND expires_at > $2::bigint
        RETURNING \(linkColumns)
        """
    )

    /// Links that sign in or set a password, which end with the password.
    private static let deleteLinksOfUser = PostgresStatement(
        "delete_links_of_user",
        "DELETE FROM links WHERE member = $1::bigint"
    )

    /// Links with which somebody would join an account.
    private static let deleteInvitations = PostgresStatement(
        "delete_invitations",
        "DELETE FROM links WHERE account = $1::text AND kind = 1"
    )

    private static let deleteEndedLinks = PostgresStatement(
        "delete_ended_links",
        """
        DELETE FROM links WHERE secret_hash IN (
            SELECT secret_hash FROM links WHERE expires_at <= $1::bigint
            ORDER BY expires_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        )
        """
    )

    // MARK: Sessions

    /// Keeps a session; false when it is there already.
    static func insert(_ session: Session, _ connection: PostgresConnection) throws -> Bool {
        var parameters = PostgresParameters()
        parameters.add(session.secretHash.bytes)
        parameters.add(session.user.number)
        parameters.add(text: session.account.text.string)
        parameters.add(session.createdAt.microseconds)
        parameters.add(session.usedAt.microseconds)
        return try connection.first(insertSession, parameters) { _ in true } == true
    }

    static func session(
        _ secretHash: Digest,
        _ connection: PostgresConnection
    ) throws -> (session: Session, membership: Membership)? {
        var parameters = PostgresParameters()
        parameters.add(secretHash.bytes)
        return try connection.first(selectSession, parameters) { row in
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

    static func touch(
        _ secretHash: Digest,
        at now: Timestamp,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(secretHash.bytes)
        parameters.add(now.microseconds)
        try connection.forEachRow(touchSession, parameters) { _ in }
    }

    /// Ends a session; false when there is none.
    @discardableResult
    static func end(_ secretHash: Digest, _ connection: PostgresConnection) throws -> Bool {
        var parameters = PostgresParameters()
        parameters.add(secretHash.bytes)
        return try connection.first(deleteSession, parameters) { _ in true } == true
    }

    static func endAll(of user: UserID, _ connection: PostgresConnection) throws {
        try run(deleteSessionsOfUser, user.number, nil, connection)
    }

    static func endSurplus(of user: UserID, _ connection: PostgresConnection) throws {
        try run(deleteSurplus, user.number, SessionLimits.sessionsPerUser, connection)
    }

    // MARK: Links

    static func insert(_ link: LinkRecord, _ connection: PostgresConnection) throws {
        var parameters = PostgresParameters()
        parameters.add(link.secretHash.bytes)
        parameters.add(text: link.subject.string)
        parameters.add(link.kind)
        parameters.add(text: link.email?.string ?? "")
        parameters.add(link.user ?? 0)
        parameters.add(text: link.account?.string ?? "")
        parameters.add(text: link.role?.string ?? "")
        parameters.add(link.expiresAt.microseconds)
        try connection.forEachRow(insertLink, parameters) { _ in }
    }

    static func link(
        _ secretHash: Digest,
        at now: Timestamp,
        isTaken: Bool,
        _ connection: PostgresConnection
    ) throws -> OneTimeLink? {
        var parameters = PostgresParameters()
        parameters.add(secretHash.bytes)
        parameters.add(now.microseconds)
        return try connection.first(isTaken ? takeLink : selectLink, parameters) { row in
            try row.oneTimeLink()
        }
    }

    static func removeLinks(of user: UserID, _ connection: PostgresConnection) throws {
        try run(deleteLinksOfUser, user.number, nil, connection)
    }

    static func removeInvitations(
        to account: AccountID,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(text: account.text.string)
        try connection.forEachRow(deleteInvitations, parameters) { _ in }
    }

    static func sweep(
        at now: Timestamp,
        limit: Int,
        _ connection: PostgresConnection
    ) throws {
        let idle = now.adding(seconds: -Int64(SessionLimits.idleSeconds))
        let old = now.adding(seconds: -Int64(SessionLimits.lifetimeSeconds))
        try run(deleteIdle, idle.microseconds, limit, connection)
        try run(deleteOld, old.microseconds, limit, connection)
        try run(deleteEndedLinks, now.microseconds, limit, connection)
    }

    private static func run(
        _ statement: PostgresStatement,
        _ first: Int64,
        _ second: Int?,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(first)
        if let second { parameters.add(Int64(second)) }
        try connection.forEachRow(statement, parameters) { _ in }
    }
}

extension PostgresRow {
    /// A link from seven columns.
    fileprivate func oneTimeLink() throws(StoreError) -> OneTimeLink {
        let record = LinkRecord(
            secretHash: try digest(0),
            kind: integer(1),
            email: isNull(2) ? nil : Text(string(2)),
            user: isNull(3) ? nil : integer(3),
            account: isNull(4) ? nil : Text(string(4)),
            role: isNull(5) ? nil : Text(string(5)),
            expiresAt: try timestamp(6)
        )
        guard let link = record.link else {
            throw StoreError(.damaged, detail: "a link is out of form")
        }
        return link
    }
}
