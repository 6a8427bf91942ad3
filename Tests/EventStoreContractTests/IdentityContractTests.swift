// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Identity
import Testing

@Suite("Users, sessions and links")
struct IdentityContractTests {
    private let now = Timestamp.earliest.adding(seconds: 1_800_000_000)
    private let hash = PasswordHash(stored: "scrypt$one")

    private func account(_ name: String = "acme") throws -> AccountID {
        try Samples.account(name)
    }

    private func email(_ name: String) throws -> Email {
        try #require(Email(Text("\(name)@example.com")))
    }

    private func create(
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

    private func session(
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
            for session in [mine, other] { try await store.createSession(session, replacing: nil) }
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
            #expect(try await store.setPassword(changed, of: ann.id))
            #expect(try await store.user(email("ann"))?.password == changed)
            #expect(try await store.session(mine.secretHash, at: now) == nil)
            #expect(try await store.session(other.secretHash, at: now) != nil)
            #expect(try await store.link(link.secretHash, at: now) == nil)
            let nobody = try #require(UserID(99))
            #expect(try await !store.setPassword(changed, of: nobody))
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
                #expect(
                    try await store.setRole(.finance, of: users[0].id, in: account(name), at: now)
                )
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
            #expect(try await !store.setRole(.readOnly, of: ann.id, in: acme, at: now))
            #expect(try await !store.removeMember(ann.id, from: acme))
            #expect(try await store.membership(of: ann.id, in: acme)?.role == .admin)
            #expect(try await store.setRole(.admin, of: bob.id, in: acme, at: now))
            #expect(try await store.setRole(.readOnly, of: ann.id, in: acme, at: now))
            #expect(try await store.membership(of: ann.id, in: acme)?.role == .readOnly)
            #expect(try await store.membership(of: ann.id, in: acme)?.since == now)
            let nobody = try #require(UserID(99))
            #expect(try await !store.setRole(.admin, of: nobody, in: acme, at: now))
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
                            _ = try await store.setRole(.finance, of: user.id, in: acme, at: now)
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
            #expect(try await store.setRole(.admin, of: bob.id, in: other, at: now))
            let (here, there) = (try session(of: bob), try session(of: bob, in: "other"))
            for session in [here, there] { try await store.createSession(session, replacing: nil) }
            #expect(try await store.removeMember(bob.id, from: account()))
            #expect(try await store.session(here.secretHash, at: now) == nil)
            #expect(try await store.session(there.secretHash, at: now) != nil)
            #expect(try await store.user(bob.id) == bob)
            await #expect(throws: StoreError.self) {
                try await store.createSession(session(of: bob), replacing: nil)
            }
            _ = try await create("carol", in: "other", store)
            #expect(try await store.removeMember(bob.id, from: other))
            #expect(try await store.user(bob.id) == nil)
            #expect(try await store.session(there.secretHash, at: now) == nil)
            #expect(try await store.removeMember(bob.id, from: other))
            #expect(try await create("dave", store).id > bob.id)
        }
    }

    // MARK: Sessions

    @Test("a session begins in place of another, is used and ends", arguments: StoreUnderTest.all)
    func sessions(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let (first, second) = (try session(of: ann), try session(of: ann))
            try await store.createSession(first, replacing: nil)
            try await store.createSession(second, replacing: first.secretHash)
            #expect(try await store.session(first.secretHash, at: now) == nil)
            let known = try #require(try await store.session(second.secretHash, at: now))
            #expect(known.session == second)
            #expect(known.membership.user == ann)
            #expect(known.membership.role == .admin)
            let later = now.adding(seconds: Int64(SessionLimits.idleSeconds - 1))
            try await store.touchSession(second.secretHash, at: later)
            try await store.touchSession(second.secretHash, at: now)
            let end = now.adding(seconds: Int64(SessionLimits.idleSeconds))
            #expect(try await store.session(second.secretHash, at: end)?.session.usedAt == later)
            try await store.endSession(second.secretHash)
            try await store.endSession(second.secretHash)
            #expect(try await store.session(second.secretHash, at: now) == nil)
        }
    }

    @Test("a user has so many sessions, those used last", arguments: StoreUnderTest.all)
    func surplus(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            var sessions: [Session] = []
            for number in 0..<(SessionLimits.sessionsPerUser + 2) {
                let usedAt = now.adding(seconds: Int64(number))
                sessions.append(try session(of: ann, usedAt: usedAt))
                try await store.createSession(try #require(sessions.last), replacing: nil)
            }
            for (number, session) in sessions.enumerated() {
                let known = try await store.session(session.secretHash, at: now)
                #expect((known != nil) == (number >= 2))
            }
            try await store.endSessions(of: ann.id)
            let last = try #require(sessions.last)
            #expect(try await store.session(last.secretHash, at: now) == nil)
        }
    }

    // MARK: Links

    @Test("every kind of link comes back as it was", arguments: StoreUnderTest.all)
    func links(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let purposes: [OneTimeLink.Purpose] = [
                .setUp,
                .invitation(email: try email("bob"), account: try account(), role: .readOnly),
                .passwordReset(ann.id), .signIn(ann.id, try account()),
            ]
            for purpose in purposes {
                let end = now.adding(seconds: 60)
                let (older, newer) = (
                    OneTimeLink(secretHash: .random(), purpose: purpose, expiresAt: end),
                    OneTimeLink(secretHash: .random(), purpose: purpose, expiresAt: end)
                )
                try await store.createLink(older)
                try await store.createLink(newer)
                #expect(try await store.link(older.secretHash, at: now) == nil)
                #expect(try await store.link(newer.secretHash, at: now) == newer)
                #expect(try await store.link(newer.secretHash, at: end) == nil)
                #expect(try await store.takeLink(newer.secretHash, at: end) == nil)
                #expect(try await store.takeLink(newer.secretHash, at: now) == newer)
                #expect(try await store.takeLink(newer.secretHash, at: now) == nil)
            }
        }
    }

    @Test("of racing callers one gets a link", arguments: StoreUnderTest.all)
    func racingLinks(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let link = OneTimeLink(
                secretHash: .random(),
                purpose: .setUp,
                expiresAt: now.adding(seconds: 60)
            )
            try await store.createLink(link)
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await store.takeLink(link.secretHash, at: now) != nil }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(taken.filter(\.self).count == 1)
        }
    }

    @Test("what has expired is swept, and nothing else", arguments: StoreUnderTest.all)
    func sweep(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let idle = try session(of: ann)
            let used = try session(of: ann, usedAt: now.adding(seconds: 100))
            for session in [idle, used] { try await store.createSession(session, replacing: nil) }
            let link = OneTimeLink(secretHash: .random(), purpose: .setUp, expiresAt: now)
            try await store.createLink(link)
            try await store.sweepExpired(
                at: now.adding(seconds: Int64(SessionLimits.idleSeconds)),
                limit: 10
            )
            // Read at an earlier time, at which they would not have expired.
            #expect(try await store.session(idle.secretHash, at: now) == nil)
            #expect(try await store.session(used.secretHash, at: now) != nil)
            #expect(try await store.link(link.secretHash, at: .earliest) == nil)
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
    fileprivate func withIdentities(
        _ body: (any IdentityStore) async throws -> Void
    ) async throws {
        try await withIdentities(body, reopened: { _ in })
    }

    fileprivate func withIdentities(
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
