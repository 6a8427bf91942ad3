// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
public import Identity
import OutcomeRuntime

/// `assay user`: who may sign in, from the command line, also beside a running server.
public enum UserDesk {
    private static let pageLimitMembers = 100

    /// The members of an account, one a line: address, role, name.
    ///
    /// `account`: The account's id; not needed where a store has one account.
    public static func list(
        account: String?,
        in configuration: AssayConfiguration,
        say: @Sendable (String) -> Void
    ) async throws {
        try await withUsers(configuration, account) { desk, account in
            var last: UserID?
            while true {
                let page = try await desk.members(
                    of: account,
                    after: last,
                    limit: pageLimitMembers
                )
                for member in page {
                    let role = member.role.rawValue.padded(to: roleWidth)
                    say("\(role)  \(member.user.email)  \(member.user.name)")
                }
                guard page.count == pageLimitMembers else { return }
                last = page.last?.user.id
            }
        }
    }

    private static let roleWidth = Role.allCases.map(\.rawValue.count).max() ?? 0

    /// Makes a link with which somebody joins an account.
    ///
    /// - Returns: The link, good once and for a day.
    public static func invite(
        _ email: String,
        as role: Role,
        to account: String?,
        in configuration: AssayConfiguration
    ) async throws -> String {
        let email = try address(email)
        return try await withUsers(configuration, account) { desk, account in
            if let known = try await desk.user(email),
                try await desk.isMember(known.id, of: account)
            {
                throw CommandFailure("\(email) belongs to \(account) already.")
            }
            let purpose = OneTimeLink.Purpose.invitation(
                email: email,
                account: account,
                role: role
            )
            return configuration.welcomeLink(try await desk.issueLink(purpose))
        }
    }

    /// Makes a link with which a member sets a new password.
    ///
    /// - Returns: The link, good once and for a day.
    public static func resetPassword(
        of email: String,
        in account: String?,
        _ configuration: AssayConfiguration
    ) async throws -> String {
        let email = try address(email)
        return try await withUsers(configuration, account) { desk, account in
            let user = try await member(email, of: account, desk)
            return configuration.welcomeLink(try await desk.issueLink(.passwordReset(user)))
        }
    }

    /// Ends a membership and the sessions in that account; a user without one is removed.
    public static func remove(
        _ email: String,
        from account: String?,
        in configuration: AssayConfiguration
    ) async throws {
        let email = try address(email)
        try await withUsers(configuration, account) { desk, account in
            let user = try await member(email, of: account, desk)
            guard try await desk.removeMember(user, from: account) else {
                throw CommandFailure(
                    "\(email) is the only admin of \(account): make somebody else one first."
                )
            }
        }
    }

    /// Makes a member with a password of their own, and a link that signs them in.
    ///
    /// `assay demo` shows its dashboard with it.
    static func signInLink(
        _ email: String,
        named name: String,
        password: String,
        account: AccountID,
        _ configuration: AssayConfiguration
    ) async throws -> String {
        let email = try address(email)
        return try await withUsers(configuration, account.text.string) { desk, account in
            let purpose = OneTimeLink.Purpose.invitation(
                email: email,
                account: account,
                role: .admin
            )
            let result = try await desk.accept(
                code: try await desk.issueLink(purpose),
                email: nil,
                name: Text(name),
                password: Text(password),
                account: nil,
                from: configuration.host
            )
            guard case .signedIn(let grant) = result else {
                throw CommandFailure("No member could be made: \(result).")
            }
            let user = grant.signedIn.membership.user.id
            return configuration.welcomeLink(try await desk.issueLink(.signIn(user, account)))
        }
    }

    private static func address(_ text: String) throws(CommandFailure) -> Email {
        guard let email = Email(Text(text)) else {
            throw CommandFailure("'\(text)' is not an e-mail address.")
        }
        return email
    }

    private static func member(
        _ email: Email,
        of account: AccountID,
        _ desk: IdentityDesk
    ) async throws -> UserID {
        guard let user = try await desk.user(email),
            try await desk.isMember(user.id, of: account)
        else { throw CommandFailure("\(email) does not belong to \(account).") }
        return user.id
    }

    private static func withUsers<Result: Sendable>(
        _ configuration: AssayConfiguration,
        _ account: String?,
        _ work: (IdentityDesk, AccountID) async throws -> Result
    ) async throws -> Result {
        let store = try await StoreDesk.openForReading(configuration)
        do {
            let account = try await store.account(named: account)
            guard try await store.accounts().contains(account) else {
                throw CommandFailure("There is no account \(account) in this store.")
            }
            let users = try store.openIdentities()
            let clock = SystemWallClock()
            let desk = IdentityDesk(store: users.store, now: { clock.now() })
            let result: Result
            do {
                result = try await work(desk, account)
            } catch {
                await users.close()
                throw error
            }
            await users.close()
            await store.close()
            return result
        } catch {
            await store.close()
            guard let failure = error as? StoreError else { throw error }
            throw CommandFailure("The users cannot be reached: \(failure).")
        }
    }
}
