// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Identity

/// The statements of users and their memberships.
enum UserStatements {
    private static let selectAny = PostgresStatement(
        "select_any_user",
        "SELECT id FROM users ORDER BY id LIMIT 1"
    )

    private static let insertUser = PostgresStatement(
        "insert_user",
        """
        INSERT INTO users (email, name, password, created_at)
        VALUES ($1::text, $2::text, $3::text, $4::bigint)
        ON CONFLICT (email) DO NOTHING RETURNING id
        """
    )

    private static let copyUser = PostgresStatement(
        "copy_user",
        """
        INSERT INTO users (id, email, name, password, created_at)
        VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::bigint)
        ON CONFLICT DO NOTHING
        """
    )

    /// The next number is beyond those that were copied.
    private static let moveNumbers = PostgresStatement(
        "move_user_numbers",
        """
        SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users))
        WHERE EXISTS (SELECT FROM users)
        """
    )

    private static let userColumns = "id, email, name, created_at, password"

    private static let selectByEmail = PostgresStatement(
        "select_user_by_email",
        "SELECT \(userColumns) FROM users WHERE email = $1::text"
    )

    private static let selectByID = PostgresStatement(
        "select_user",
        "SELECT \(userColumns) FROM users WHERE id = $1::bigint"
    )

    private static let selectPage = PostgresStatement(
        "select_user_page",
        "SELECT \(userColumns) FROM users WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint"
    )

    /// Waits for whoever changes what the user belongs to or comes in with.
    private static let lockUser = PostgresStatement(
        "lock_user",
        "SELECT password FROM users WHERE id = $1::bigint FOR UPDATE"
    )

    private static let updatePassword = PostgresStatement(
        "update_password",
        "UPDATE users SET password = $2::text WHERE id = $1::bigint"
    )

    private static let renewPassword = PostgresStatement(
        "renew_password",
        """
        UPDATE users SET password = $2::text WHERE id = $1::bigint AND password = $3::text
        """
    )

    private static let deleteUser = PostgresStatement(
        "delete_user",
        """
        DELETE FROM users WHERE id = $1::bigint
            AND NOT EXISTS (SELECT FROM memberships WHERE member = $1::bigint)
        """
    )

    /// Of an unfinished copy, which nobody serves.
    private static let deleteAll = PostgresStatement("delete_users", "DELETE FROM users")

    // MARK: Memberships

    private static let membershipColumns = """
        u.id, u.email, u.name, u.created_at, m.account, m.role, m.since
        """

    private static let selectMembers = PostgresStatement(
        "select_members",
        """
        SELECT \(membershipColumns) FROM memberships m JOIN users u ON u.id = m.member
        WHERE m.account = $1::text AND m.member > $2::bigint
        ORDER BY m.member LIMIT $3::bigint
        """
    )

    private static let selectMembership = PostgresStatement(
        "select_membership",
        """
        SELECT \(membershipColumns) FROM memberships m JOIN users u ON u.id = m.member
        WHERE m.member = $1::bigint AND m.account = $2::text
        """
    )

    private static let selectMemberships = PostgresStatement(
        "select_memberships",
        """
        SELECT \(membershipColumns) FROM memberships m JOIN users u ON u.id = m.member
        WHERE m.member = $1::bigint ORDER BY m.account
        """
    )

    private static let insertMembership = PostgresStatement(
        "insert_membership",
        """
        INSERT INTO memberships (member, account, role, since)
        VALUES ($1::bigint, $2::text, $3::text, $4::bigint)
        ON CONFLICT (member, account) DO NOTHING
        """
    )

    private static let updateRole = PostgresStatement(
        "update_role",
        """
        UPDATE memberships SET role = $3::text
        WHERE member = $1::bigint AND account = $2::text RETURNING member
        """
    )

    private static let deleteMembership = PostgresStatement(
        "delete_membership",
        "DELETE FROM memberships WHERE member = $1::bigint AND account = $2::text"
    )

    /// Whoever else would take an admin from the account waits, in one order everywhere.
    private static let lockAdmins = PostgresStatement(
        "lock_admins",
        """
        SELECT member FROM memberships WHERE account = $1::text AND role = 'admin'
        ORDER BY member FOR UPDATE
        """
    )

    // MARK: Users

    static func hasUsers(_ connection: PostgresConnection) throws -> Bool {
        try connection.first(selectAny) { _ in true } == true
    }

    static func insert(
        _ email: Email,
        _ name: Text,
        _ password: PasswordHash,
        at now: Timestamp,
        _ connection: PostgresConnection
    ) throws -> User? {
        var parameters = PostgresParameters()
        parameters.add(text: email.text.string)
        parameters.add(text: name.string)
        parameters.add(text: password.text)
        parameters.add(now.microseconds)
        let number = try connection.first(insertUser, parameters) { $0.integer(0) }
        return number.flatMap { UserID($0) }
            .map { User(id: $0, email: email, name: name, createdAt: now) }
    }

    static func copy(
        _ user: User,
        _ password: PasswordHash,
        _ connection: PostgresConnection
    ) throws {
        var parameters = PostgresParameters()
        parameters.add(user.id.number)
        parameters.add(text: user.email.text.string)
        parameters.add(text: user.name.string)
        parameters.add(text: password.text)
        parameters.add(user.createdAt.microseconds)
        try connection.forEachRow(copyUser, parameters) { _ in }
        try connection.forEachRow(moveNumbers, PostgresParameters()) { _ in }
    }

    static func user(
        _ email: Email,
        _ connection: PostgresConnection
    ) throws -> (user: User, password: PasswordHash)? {
        var parameters = PostgresParameters()
        parameters.add(text: email.text.string)
        return try connection.first(selectByEmail, parameters) { try $0.userWithPassword() }
    }

    static func user(_ id: UserID, _ connection: PostgresConnection) throws -> User? {
        try connection.first(selectByID, about(id)) { try $0.user() }
    }

    static func page(
        after user: UserID?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [(user: User, password: PasswordHash)] {
        var parameters = PostgresParameters()
        parameters.add(user?.number ?? 0)
        parameters.add(Int64(limit))
        return try connection.all(selectPage, parameters) { try $0.userWithPassword() }
    }

    /// Holds a user's row until the transaction ends.
    ///
    /// - Returns: What their password is kept as; nil when there is no such user any more.
    static func lock(
        _ user: UserID,
        _ connection: PostgresConnection
    ) throws -> PasswordHash? {
        try connection.first(lockUser, about(user)) { PasswordHash(stored: $0.string(0)) }
    }

    static func set(
        _ password: PasswordHash,
        of user: UserID,
        _ connection: PostgresConnection
    ) throws {
        var parameters = about(user)
        parameters.add(text: password.text)
        try connection.forEachRow(updatePassword, parameters) { _ in }
    }

    static func renew(
        _ password: PasswordHash,
        in place: PasswordHash,
        of user: UserID,
        _ connection: PostgresConnection
    ) throws {
        var parameters = about(user)
        parameters.add(text: password.text)
        parameters.add(text: place.text)
        try connection.forEachRow(renewPassword, parameters) { _ in }
    }

    static func removeUnlessMember(_ user: UserID, _ connection: PostgresConnection) throws {
        try connection.forEachRow(deleteUser, about(user)) { _ in }
    }

    static func removeAll(_ connection: PostgresConnection) throws {
        try connection.forEachRow(deleteAll, PostgresParameters()) { _ in }
    }

    // MARK: Memberships

    static func members(
        of account: AccountID,
        after user: UserID?,
        limit: Int,
        _ connection: PostgresConnection
    ) throws -> [Membership] {
        var parameters = PostgresParameters()
        parameters.add(text: account.text.string)
        parameters.add(user?.number ?? 0)
        parameters.add(Int64(limit))
        return try connection.all(selectMembers, parameters) { try $0.membership() }
    }

    static func membership(
        of user: UserID,
        in account: AccountID,
        _ connection: PostgresConnection
    ) throws -> Membership? {
        try connection.first(selectMembership, about(user, in: account)) { try $0.membership() }
    }

    static func memberships(
        of user: UserID,
        _ connection: PostgresConnection
    ) throws -> [Membership] {
        try connection.all(selectMemberships, about(user)) { try $0.membership() }
    }

    /// Makes a member; who is one already stays what they are.
    static func add(
        _ user: UserID,
        to account: AccountID,
        as role: Role,
        at now: Timestamp,
        _ connection: PostgresConnection
    ) throws {
        var parameters = about(user, in: account)
        parameters.add(text: role.rawValue)
        parameters.add(now.microseconds)
        try connection.forEachRow(insertMembership, parameters) { _ in }
    }

    /// Gives a member another role; false when they are no member.
    static func set(
        _ role: Role,
        of user: UserID,
        in account: AccountID,
        _ connection: PostgresConnection
    ) throws -> Bool {
        var parameters = about(user, in: account)
        parameters.add(text: role.rawValue)
        return try connection.first(updateRole, parameters) { _ in true } == true
    }

    static func remove(
        _ user: UserID,
        from account: AccountID,
        _ connection: PostgresConnection
    ) throws {
        try connection.forEachRow(deleteMembership, about(user, in: account)) { _ in }
    }

    /// Whether a member is an account's only `admin`; it stays so until the transaction ends.
    static func isSoleAdmin(
        _ user: UserID,
        of account: AccountID,
        _ connection: PostgresConnection
    ) throws -> Bool {
        var parameters = PostgresParameters()
        parameters.add(text: account.text.string)
        return try connection.all(lockAdmins, parameters) { $0.integer(0) } == [user.number]
    }

    private static func about(
        _ user: UserID,
        in account: AccountID? = nil
    ) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.add(user.number)
        if let account { parameters.add(text: account.text.string) }
        return parameters
    }
}

extension PostgresRow {
    /// A user from the first four columns.
    func user() throws(StoreError) -> User {
        guard let id = UserID(integer(0)), let email = Email(Text(string(1))) else {
            throw StoreError(.damaged, detail: "a user is out of form")
        }
        return User(
            id: id,
            email: email,
            name: Text(string(2)),
            createdAt: try timestamp(3)
        )
    }

    /// A user from five columns, the hash of their password last.
    func userWithPassword() throws(StoreError) -> (user: User, password: PasswordHash) {
        (try user(), PasswordHash(stored: string(4)))
    }

    /// A membership from seven columns.
    func membership() throws(StoreError) -> Membership {
        guard let role = Role(rawValue: string(5)) else {
            throw StoreError(.damaged, detail: "a role is none")
        }
        return Membership(
            user: try user(),
            account: try account(4),
            role: role,
            since: try timestamp(6)
        )
    }
}
