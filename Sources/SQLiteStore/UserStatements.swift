// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Identity

/// The statements of users and their memberships.
enum UserStatements {
    static let insertOrigin = "INSERT INTO origin (id, store) VALUES (1, ?1)"

    static let selectOrigin = "SELECT store FROM origin WHERE id = 1"

    static let selectAny = "SELECT id FROM users ORDER BY id LIMIT 1"

    static let insertUser = """
        INSERT INTO users (email, name, password, created_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING RETURNING id
        """

    static let copyUser = """
        INSERT INTO users (id, email, name, password, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO NOTHING
        """

    private static let userColumns = "id, email, name, created_at, password"

    static let selectByEmail = "SELECT \(userColumns) FROM users WHERE email = ?1"

    static let selectByID = "SELECT \(userColumns) FROM users WHERE id = ?1"

    static let selectPage = "SELECT \(userColumns) FROM users WHERE id > ?1 ORDER BY id LIMIT ?2"

    static let updatePassword = "UPDATE users SET password = ?1 WHERE id = ?2"

    static let renewPassword = "UPDATE users SET password = ?1 WHERE id = ?2 AND password = ?3"

    static let deleteUser = """
        DELETE FROM users
        WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM memberships WHERE member = ?1)
        """

    // MARK: Memberships

    private static let membershipColumns = """
        users.id, users.email, users.name, users.created_at, memberships.account,
        memberships.role, memberships.since
        """

    static let selectMembers = """
        SELECT \(membershipColumns) FROM memberships JOIN users ON users.id = memberships.member
        WHERE memberships.account = ?1 AND memberships.member > ?2
        ORDER BY memberships.member LIMIT ?3
        """

    static let selectMembership = """
        SELECT \(membershipColumns) FROM memberships JOIN users ON users.id = memberships.member
        WHERE memberships.member = ?1 AND memberships.account = ?2
        """

    static let selectMemberships = """
        SELECT \(membershipColumns) FROM memberships JOIN users ON users.id = memberships.member
        WHERE memberships.member = ?1 ORDER BY memberships.account
        """

    static let insertMembership = """
        INSERT INTO memberships (member, account, role, since) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING
        """

    static let updateRole = "UPDATE memberships SET role = ?3 WHERE member = ?1 AND account = ?2"

    static let deleteMembership = "DELETE FROM memberships WHERE member = ?1 AND account = ?2"

    /// Whether a member is an account's only `admin`.
    static let selectSoleAdmin = """
        SELECT 1 FROM memberships
        WHERE member = ?1 AND account = ?2 AND role = 'admin' AND NOT EXISTS (
            SELECT 1 FROM memberships AS others
            WHERE others.account = ?2 AND others.role = 'admin' AND others.member <> ?1
        )
        """

    /// What reads; none of them may scan a table.
    static let queries = [
        selectOrigin, selectByEmail, selectByID, selectPage, selectMembers, selectMembership,
        selectMemberships, selectSoleAdmin, updateRole,
    ]

    // MARK: Origin

    static func origin(_ database: Database) throws -> Digest? {
        try BoundStatement(database, selectOrigin).first { try $0.digest(0) }
    }

    static func set(origin: Digest, _ database: Database) throws {
        let statement = try BoundStatement(database, insertOrigin)
        statement.bind(1, origin)
        try statement.run()
    }

    // MARK: Users

    static func hasUsers(_ database: Database) throws -> Bool {
        try BoundStatement(database, selectAny).first { _ in true } == true
    }

    static func insert(
        _ email: Email,
        _ name: Text,
        _ password: PasswordHash,
        at now: Timestamp,
        _ database: Database
    ) throws -> User? {
        let statement = try BoundStatement(database, insertUser)
        statement.bind(1, email.text)
        statement.bind(2, name)
        statement.bind(3, Text(password.text))
        statement.bind(4, now.microseconds)
        let number = try statement.first { $0.integer(0) }
        return number.flatMap { UserID($0) }
            .map { User(id: $0, email: email, name: name, createdAt: now) }
    }

    static func copy(
        _ user: User,
        _ password: PasswordHash,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, copyUser)
        statement.bind(1, user.id.number)
        statement.bind(2, user.email.text)
        statement.bind(3, user.name)
        statement.bind(4, Text(password.text))
        statement.bind(5, user.createdAt.microseconds)
        try statement.run()
    }

    static func user(
        _ email: Email,
        _ database: Database
    ) throws -> (user: User, password: PasswordHash)? {
        let statement = try BoundStatement(database, selectByEmail)
        statement.bind(1, email.text)
        return try statement.first { try $0.userWithPassword() }
    }

    static func user(_ id: UserID, _ database: Database) throws -> User? {
        let statement = try BoundStatement(database, selectByID)
        statement.bind(1, id.number)
        return try statement.first { try $0.user() }
    }

    static func page(
        after user: UserID?,
        limit: Int,
        _ database: Database
    ) throws -> [(user: User, password: PasswordHash)] {
        let statement = try BoundStatement(database, selectPage)
        statement.bind(1, user?.number ?? 0)
        statement.bind(2, limit)
        return try statement.all { try $0.userWithPassword() }
    }

    /// What a user's password is kept as; nil when there is no such user any more.
    static func password(of user: UserID, _ database: Database) throws -> PasswordHash? {
        let statement = try BoundStatement(database, selectByID)
        statement.bind(1, user.number)
        return try statement.first { try $0.userWithPassword().password }
    }

    static func set(
        _ password: PasswordHash,
        of user: UserID,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, updatePassword)
        statement.bind(1, Text(password.text))
        statement.bind(2, user.number)
        try statement.run()
    }

    static func renew(
        _ password: PasswordHash,
        in place: PasswordHash,
        of user: UserID,
        _ database: Database
    ) throws {
        let statement = try BoundStatement(database, renewPassword)
        statement.bind(1, Text(password.text))
        statement.bind(2, user.number)
        statement.bind(3, Text(place.text))
        try statement.run()
    }

    static func removeUnlessMember(_ user: UserID, _ database: Database) throws {
        let statement = try BoundStatement(database, deleteUser)
        statement.bind(1, user.number)
        try statement.run()
    }

    // MARK: Memberships

    static func members(
        of account: AccountID,
        after user: UserID?,
        limit: Int,
        _ database: Database
    ) throws -> [Membership] {
        let statement = try BoundStatement(database, selectMembers)
        statement.bind(1, account.text)
        statement.bind(2, user?.number ?? 0)
        statement.bind(3, limit)
        return try statement.all { try $0.membership() }
    }

    static func membership(
        of user: UserID,
        in account: AccountID,
        _ database: Database
    ) throws -> Membership? {
        try about(user, in: account, selectMembership, database).first { try $0.membership() }
    }

    static func memberships(of user: UserID, _ database: Database) throws -> [Membership] {
        let statement = try BoundStatement(database, selectMemberships)
        statement.bind(1, user.number)
        return try statement.all { try $0.membership() }
    }

    /// Makes a member; who is one already stays what they are.
    static func add(
        _ user: UserID,
        to account: AccountID,
        as role: Role,
        at now: Timestamp,
        _ database: Database
    ) throws {
        let statement = try about(user, in: account, insertMembership, database)
        statement.bind(3, Text(role.rawValue))
        statement.bind(4, now.microseconds)
        try statement.run()
    }

    /// Gives a member another role; false when they are no member.
    static func set(
        _ role: Role,
        of user: UserID,
        in account: AccountID,
        _ database: Database
    ) throws -> Bool {
        let statement = try about(user, in: account, updateRole, database)
        statement.bind(3, Text(role.rawValue))
        return try statement.runCountingChanges() > 0
    }

    static func remove(
        _ user: UserID,
        from account: AccountID,
        _ database: Database
    ) throws {
        try about(user, in: account, deleteMembership, database).run()
    }

    static func isSoleAdmin(
        _ user: UserID,
        of account: AccountID,
        _ database: Database
    ) throws -> Bool {
        try about(user, in: account, selectSoleAdmin, database).first { _ in true } == true
    }

    private static func about(
        _ user: UserID,
        in account: AccountID,
        _ sql: String,
        _ database: Database
    ) throws -> BoundStatement {
        let statement = try BoundStatement(database, sql)
        statement.bind(1, user.number)
        statement.bind(2, account.text)
        return statement
    }
}

extension StatementRow {
    /// A user from the first four columns.
    func user() throws(StoreError) -> User {
        guard let id = UserID(integer(0)), let email = Email(try text(1)) else {
            throw StoreError(.damaged, detail: "a user is out of form")
        }
        return User(id: id, email: email, name: try text(2), createdAt: try timestamp(3))
    }

    /// A user from five columns, the hash of their password last.
    func userWithPassword() throws(StoreError) -> (user: User, password: PasswordHash) {
        (try user(), PasswordHash(stored: try text(4).string))
    }

    /// A membership from seven columns.
    func membership() throws(StoreError) -> Membership {
        guard let role = Role(rawValue: try text(5).string) else {
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
