// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Identity
import Testing

@Suite("Users, sessions and links")
struct IdentityContractTests {
    let now = Timestamp.earliest.adding(seconds: 1_800_000_000)
    let hash = PasswordHash(stored: "scrypt$one")

    func account(_ name: String = "acme") throws -> AccountID {
        try Samples.account(name)
    }

    func email(_ name: String) throws -> Email {
        try #require(Email(Text("\(name)@example.com")))
    }

    func create(
        _ name: String,
        as role: Role = .admin,
        in account: String = "acme",
        _ store: any IdentityStore
    ) async throws -> User {
        try #require(
            try await store.createUser(
                email(name),
                name: Text(name),
                password: hash,
                account: self.account(account),
                role: role,
                at: now
            )
        )
    }

    func session(
        of user: User,
        in account: String = "acme",
        usedAt: Timestamp? = nil
    ) throws -> Session {
        Session(
            secretHash: .random(),
            user: user.id,
            account: try self.account(account),
            createdAt: now,
            usedAt: usedAt ?? now
        )
    }

    // MARK: Users

    @Test("an address is one user's, and users survive a restart", arguments: StoreUnderTest.all)
    func users(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            #expect(try await !store.hasUsers())
            let ann = try await create("ann", store)
            let again = try await store.createUser(
                email("ann"),
                name: "Another",
                password: hash,
                account: account("other"),
                role: .admin,
                at: now
            )
            #expect(again == nil)
            #expect(try await store.memberships(of: ann.id).count == 1)
        } reopened: { store in
            #expect(try await store.hasUsers())
            let known = try #require(try await store.user(email("ann")))
            #expect(known.user.name == "ann")
            #expect(known.password == hash)
            #expect(try await store.user(known.user.id) == known.user)
            #expect(try await store.user(email("bob")) == nil)
        }
    }

    @Test("of racing users with one address there is one", arguments: StoreUnderTest.all)
    func racingUsers(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let made = try await withThrowingTaskGroup(of: User?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await store.createUser(
                            email("ann"),
                            name: "Ann",
                            password: hash,
                            account: account(),
                            role: .admin,
                            at: now
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(made.compactMap(\.self).count == 1)
        }
    }

    @Test(
        "a new password ends the sessions and links of the user, a renewed hash does not",
        arguments: StoreUnderTest.all
    )
    func passwords(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let (ann, bob) = (try await create("ann", store), try await create("bob", store))
            let (mine, other) = (try session(of: ann), try session(of: bob))
            for session in [mine, other] {
                try await store.createSession(session, on: .link, replacing: nil)
            }
            let link = OneTimeLink(
                secretHash: .random(),
                purpose: .passwordReset(ann.id),
                expiresAt: now.adding(seconds: 60)
            )
            try await store.createLink(link)
            let (renewed, changed) = (PasswordHash(stored: "two"), PasswordHash(stored: "three"))
            try await store.renewPassword(renewed, in: hash, of: ann.id)
            try await store.renewPassword(changed, in: hash, of: ann.id)
            #expect(try await store.user(email("ann"))?.password == renewed)
            #expect(try await store.session(mine.secretHash, at: now) != nil)
            #expect(try await !store.setPassword(changed, inPlaceOf: hash, of: ann.id))
            #expect(try await store.session(mine.secretHash, at: now) != nil)
            #expect(try await store.setPassword(changed, inPlaceOf: renewed, of: ann.id))
            #expect(try await store.user(email("ann"))?.password == changed)
            #expect(try await store.session(mine.secretHash, at: now) == nil)
            #expect(try await store.session(other.secretHash, at: now) != nil)
            #expect(try await store.link(link.secretHash, at: now) == nil)
            let nobody = try #require(UserID(99))
            #expect(try await !store.setPassword(changed, inPlaceOf: nil, of: nobody))
        }
    }

    // MARK: Memberships

    @Test(
        "members are paged by number, and accounts of a user by id",
        arguments: StoreUnderTest.all
    )
    func pages(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            var users: [User] = []
            for number in 0..<5 { users.append(try await create("user\(number)", store)) }
            let first = try await store.members(of: account(), after: nil, limit: 3)
            #expect(first.map(\.user) == Array(users.prefix(3)))
            let rest = try await store.members(of: account(), after: users[2].id, limit: 3)
            #expect(rest.map(\.user) == Array(users.suffix(2)))
            #expect(try await store.members(of: account("other"), after: nil, limit: 3).isEmpty)
            for name in ["zulu", "alpha"] {
                let added = try await store.addMember(
                    users[0].id,
                    to: account(name),
                    as: .finance,
                    at: now
                )
                #expect(added)
            }
            let names = try await store.memberships(of: users[0].id).map(\.account)
            #expect(
                names == [try account("acme"), try account("alpha"), try account("zulu")].sorted()
            )
        }
    }

    @Test("the last admin of an account stays one", arguments: StoreUnderTest.all)
    func lastAdmin(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let bob = try await create("bob", as: .finance, store)
            let acme = try account()
            #expect(try await store.setRole(.readOnly, of: ann.id, in: acme) == .soleAdmin)
            #expect(try await !store.removeMember(ann.id, from: acme))
            #expect(try await store.membership(of: ann.id, in: acme)?.role == .admin)
            #expect(try await store.setRole(.admin, of: bob.id, in: acme) == .done)
            #expect(try await store.setRole(.readOnly, of: ann.id, in: acme) == .done)
            #expect(try await store.membership(of: ann.id, in: acme)?.role == .readOnly)
            #expect(try await store.membership(of: ann.id, in: acme)?.since == now)
            let nobody = try #require(UserID(99))
            #expect(try await store.setRole(.admin, of: nobody, in: acme) == .noMember)
            #expect(try await !store.addMember(nobody, to: acme, as: .admin, at: now))
        }
    }

    @Test(
        "a role is a member's: whoever has left gets none, and a member who joins again keeps theirs",
        arguments: StoreUnderTest.all
    )
    func rolesOfMembers(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            _ = try await create("ann", store)
            let bob = try await create("bob", as: .finance, store)
            let (acme, other) = (try account(), try account("other"))
            #expect(try await store.setRole(.readOnly, of: bob.id, in: other) == .noMember)
            #expect(try await store.addMember(bob.id, to: other, as: .readOnly, at: now))
            #expect(try await store.addMember(bob.id, to: other, as: .admin, at: now))
            #expect(try await store.membership(of: bob.id, in: other)?.role == .readOnly)
            #expect(try await store.removeMember(bob.id, from: acme))
            for role in Role.allCases {
                #expect(try await store.setRole(role, of: bob.id, in: acme) == .noMember)
            }
            #expect(try await store.membership(of: bob.id, in: acme) == nil)
        }
    }

    @Test(
        "with an admin's right the open invitations of the account end, and nobody else's",
        arguments: StoreUnderTest.all
    )
    func invitationsOfFormerAdmins(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            _ = try await create("ann", store)
            let bob = try await create("bob", store)
            let (acme, other) = (try account(), try account("other"))
            func invite(to account: AccountID) async throws -> Digest {
                let link = OneTimeLink(
                    secretHash: .random(),
                    purpose: .invitation(email: try email("eve"), account: account, role: .admin),
                    expiresAt: now.adding(seconds: 60)
                )
                try await store.createLink(link)
                return link.secretHash
            }
            let elsewhere = try await invite(to: other)
            var open = try await invite(to: acme)
            #expect(try await store.setRole(.admin, of: bob.id, in: acme) == .done)
            #expect(try await store.link(open, at: now) != nil)
            #expect(try await store.setRole(.finance, of: bob.id, in: acme) == .done)
            #expect(try await store.link(open, at: now) == nil)
            open = try await invite(to: acme)
            #expect(try await store.removeMember(bob.id, from: acme))
            #expect(try await store.link(open, at: now) == nil)
            #expect(try await store.link(elsewhere, at: now) != nil)
        }
    }

    @Test("of admins who remove each other one is left", arguments: StoreUnderTest.all)
    func racingAdmins(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let acme = try account()
            var users: [User] = []
            for number in 0..<6 { users.append(try await create("user\(number)", store)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, user) in users.enumerated() {
                    group.addTask {
                        if place.isMultiple(of: 2) {
                            _ = try await store.removeMember(user.id, from: acme)
                        } else {
                            _ = try await store.setRole(.finance, of: user.id, in: acme)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let left = try await store.members(of: acme, after: nil, limit: 9)
            #expect(left.filter { $0.role == .admin }.count == 1)
        }
    }

    @Test(
        "whoever leaves the last account is removed, and their number is not used again",
        arguments: StoreUnderTest.all
    )
    func leaving(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            _ = try await create("ann", store)
            let bob = try await create("bob", as: .finance, store)
            let other = try account("other")
            #expect(try await store.addMember(bob.id, to: other, as: .admin, at: now))
            let (here, there) = (try session(of: bob), try session(of: bob, in: "other"))
            for session in [here, there] {
                try await store.createSession(session, on: .link, replacing: nil)
            }
            #expect(try await store.removeMember(bob.id, from: account()))
            #expect(try await store.session(here.secretHash, at: now) == nil)
            #expect(try await store.session(there.secretHash, at: now) != nil)
            #expect(try await store.user(bob.id) == bob)
            await #expect(throws: StoreError.self) {
                try await store.createSession(session(of: bob), on: .link, replacing: nil)
            }
            _ = try await create("carol", in: "other", store)
            #expect(try await store.removeMember(bob.id, from: other))
            #expect(try await store.user(bob.id) == nil)
            #expect(try await store.session(there.secretHash, at: now) == nil)
            #expect(try await store.removeMember(bob.id, from: other))
            #expect(try await create("dave", store).id > bob.id)
        }
    }

    // MARK: Copies

    @Test("users are taken over with number, hash and memberships", arguments: StoreUnderTest.all)
    func copies(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let user = User(
                id: try #require(UserID(41)),
                email: try email("ann"),
                name: "Ann",
                createdAt: now
            )
            let membership = Membership(
                user: user,
                account: try account(),
                role: .finance,
                since: now
            )
            for _ in 0..<2 {
                try await store.copyUser(user, password: hash, memberships: [membership])
            }
            #expect(try await store.memberships(of: user.id) == [membership])
            let next = try await create("bob", store)
            #expect(next.id > user.id)
            let page = try await store.users(after: nil, limit: 1)
            #expect(page.map(\.user) == [user])
            #expect(page.map(\.password) == [hash])
            #expect(try await store.users(after: user.id, limit: 9).map(\.user) == [next])
        }
    }
}

extension StoreUnderTest {
    /// Runs a test on the users of a fresh store.
    func withIdentities(
        _ body: (any IdentityStore) async throws -> Void
    ) async throws {
        try await withIdentities(body, reopened: { _ in })
    }

    func withIdentities(
        _ body: (any IdentityStore) async throws -> Void,
        reopened: (any IdentityStore) async throws -> Void
    ) async throws {
        let site = try makeSite()
        defer { site.remove() }
        let store = try await site.open()
        try await body(store.identities)
        await store.close()
        let again = try await site.open()
        try await reopened(again.identities)
        await again.close()
    }
}
