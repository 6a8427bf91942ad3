// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Foundation
import SQLiteStore
import Synchronization
import Testing

@testable import Identity

@Suite("The desk of users")
struct IdentityDeskTests {
    /// A desk over a store of its own, with a clock that a test moves.
    final class Site: Sendable {
        let clock = Mutex(Timestamp.earliest.adding(seconds: 1_800_000_000))
        let acme = AccountID("acct_acme")
        let zeta = AccountID("acct_zeta")
        let ann = Email("ann@example.com")

        func move(seconds: Int) { clock.withLock { $0 = $0.adding(seconds: Int64(seconds)) } }
        var now: Timestamp { clock.withLock { $0 } }
    }

    private let site = Site()
    private let password: Text = "a perfectly fine one"

    private func withDesk(
        _ body: (IdentityDesk, SQLiteUsers) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-identity-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try SQLiteStore.open(
            path: directory.appendingPathComponent("store.db").path,
            partitions: 1
        )
        let cost = try #require(PasswordCost(logBlocks: 4, blockSize: 8, parallelism: 1))
        let desk = IdentityDesk(store: store.users, now: { [site] in site.now }, cost: cost)
        try await body(desk, store.users)
        await store.close()
    }

    /// The first user, signed in.
    private func setUp(_ desk: IdentityDesk) async throws -> SessionGrant {
        let code = try await desk.issueLink(.setUp)
        let result = try await desk.accept(
            code: code,
            email: site.ann,
            name: "Ann",
            password: password,
            account: site.acme,
            from: "192.0.2.1"
        )
        return try grant(result)
    }

    private func grant(_ result: AcceptResult) throws -> SessionGrant {
        guard case .signedIn(let grant) = result else {
            throw Failure(what: "\(result)")
        }
        return grant
    }

    private func grant(_ result: SignInResult) throws -> SessionGrant {
        guard case .signedIn(let grant) = result else {
            throw Failure(what: "\(result)")
        }
        return grant
    }

    private struct Failure: Error {
        let what: String
    }

    private func signIn(
        _ desk: IdentityDesk,
        _ password: Text? = nil,
        email: Text = "ann@example.com",
        replacing: SessionSecret? = nil
    ) async throws -> SignInResult {
        try await desk.signIn(
            email: email,
            password: password ?? self.password,
            from: "192.0.2.1",
            replacing: replacing
        )
    }

    @Test("the set-up link makes the first user an admin, once")
    func firstUser() async throws {
        try await withDesk { desk, _ in
            let code = try await desk.issueLink(.setUp)
            #expect(try await desk.link(code)?.purpose == .setUp)
            let poor = try await desk.accept(
                code: code,
                email: site.ann,
                name: "Ann",
                password: "short",
                account: site.acme,
                from: "192.0.2.1"
            )
            guard case .problem(.tooShort) = poor else { throw Failure(what: "\(poor)") }
            let first = try grant(
                try await desk.accept(
                    code: code,
                    email: site.ann,
                    name: "Ann",
                    password: password,
                    account: site.acme,
                    from: "192.0.2.1"
                )
            )
            #expect(first.signedIn.membership.role == .admin)
            #expect(try await desk.hasUsers())
            #expect(try await desk.link(code) == nil)
            // A link that was issued before, on another node say, is of no use any more.
            #expect(try await desk.link(try await desk.issueLink(.setUp)) == nil)
        }
    }

    @Test("signing in begins a session under a new secret and ends the one before")
    func rotation() async throws {
        try await withDesk { desk, _ in
            let first = try await setUp(desk)
            let second = try grant(try await signIn(desk, replacing: first.secret))
            #expect(second.secret != first.secret)
            #expect(try await desk.signedIn(first.secret) == nil)
            #expect(try await desk.signedIn(second.secret)?.membership.user.email == site.ann)
            try await desk.signOut(second.secret)
            #expect(try await desk.signedIn(second.secret) == nil)
        }
    }

    @Test("a wrong password and an unknown address are refused alike, and waited for after five")
    func refusal() async throws {
        try await withDesk { desk, _ in
            _ = try await setUp(desk)
            for email in ["nobody@example.com", "no address", "ann@example.com"] as [Text] {
                guard case .refused = try await signIn(desk, "not the right one", email: email)
                else { throw Failure(what: "not refused") }
            }
            for _ in 0..<4 { _ = try await signIn(desk, "not the right one") }
            guard case .throttled(let seconds) = try await signIn(desk) else {
                throw Failure(what: "not throttled")
            }
            #expect(seconds == 5)
            site.move(seconds: 5)
            _ = try grant(try await signIn(desk))
        }
    }

    @Test("a session ends when it is not used, and however much it is used")
    func expiry() async throws {
        try await withDesk { desk, _ in
            let grant = try await setUp(desk)
            for _ in 0..<14 {
                site.move(seconds: SessionLimits.idleSeconds - 60)
                let known = try await desk.signedIn(grant.secret)
                #expect((known == nil) == (site.now >= grant.signedIn.session.lifetimeEnd))
            }
            site.move(seconds: SessionLimits.idleSeconds)
            #expect(try await desk.signedIn(grant.secret) == nil)
        }
    }

    @Test("what an open page does by itself keeps no session, and hides no use of it either")
    func noUse() async throws {
        try await withDesk { desk, _ in
            let secret = try await setUp(desk).secret
            site.move(seconds: SessionLimits.idleSeconds - 2)
            #expect(try await desk.signedIn(secret, isUse: false) != nil)
            // It was read a moment ago, and is used now for the first time in long.
            #expect(try await desk.signedIn(secret) != nil)
            site.move(seconds: SessionLimits.idleSeconds - 2)
            #expect(try await desk.signedIn(secret, isUse: false) != nil)
            site.move(seconds: 2)
            #expect(try await desk.signedIn(secret, isUse: false) == nil)
            #expect(try await desk.signedIn(secret) == nil)
        }
    }

    @Test("a role that is changed here holds at once; what another process ends, in two seconds")
    func caching() async throws {
        try await withDesk { desk, store in
            let ann = try await setUp(desk)
            let bob = try await invite("bob@example.com", .admin, desk)
            #expect(try await desk.signedIn(bob.secret)?.membership.role == .admin)
            let account = try #require(site.acme)
            let user = bob.signedIn.session.user
            #expect(try await desk.setRole(.readOnly, of: user, in: account) == .done)
            #expect(try await desk.signedIn(bob.secret)?.membership.role == .readOnly)
            try await store.endSession(ann.secret.hash)
            site.move(seconds: SessionCache.freshSeconds)
            #expect(try await desk.signedIn(ann.secret) == nil)
            #expect(try await desk.removeMember(user, from: account))
            #expect(try await desk.signedIn(bob.secret) == nil)
        }
    }

    private func invite(
        _ email: Text,
        _ role: Role,
        to account: AccountID? = nil,
        password: Text? = nil,
        _ desk: IdentityDesk
    ) async throws -> SessionGrant {
        let code = try await desk.issueLink(
            .invitation(
                email: try #require(Email(email)),
                account: try #require(account ?? site.acme),
                role: role
            )
        )
        return try grant(
            try await desk.accept(
                code: code,
                email: nil,
                name: "Bob",
                password: password ?? self.password,
                account: nil,
                from: "192.0.2.1"
            )
        )
    }

    @Test("somebody who is a user already joins another account with the password they have")
    func joining() async throws {
        try await withDesk { desk, _ in
            let ann = try await setUp(desk)
            let zeta = try #require(site.zeta)
            await #expect(throws: Failure.self) {
                _ = try await invite(
                    "ann@example.com",
                    .finance,
                    to: zeta,
                    password: "not the right one",
                    desk
                )
            }
            let there = try await invite("ann@example.com", .finance, to: zeta, desk)
            #expect(there.signedIn.membership.account == zeta)
            #expect(there.signedIn.membership.role == .finance)
            let moved = try #require(
                try await desk.openAccount(zeta, ann.signedIn, ann.secret)
            )
            #expect(moved.signedIn.membership.account == zeta)
            #expect(try await desk.signedIn(ann.secret) == nil)
            let nowhere = try #require(AccountID("acct_other"))
            #expect(try await desk.openAccount(nowhere, moved.signedIn, moved.secret) == nil)
            #expect(try await desk.signedIn(moved.secret) != nil)
            // What was read a moment before the person signed out everywhere begins nothing new.
            try await desk.signOutEverywhere(moved.signedIn.session.user)
            #expect(try await desk.openAccount(zeta, moved.signedIn, moved.secret) == nil)
        }
    }

    @Test("a new password ends every session, and the old one is asked for")
    func changing() async throws {
        try await withDesk { desk, _ in
            let grant = try await setUp(desk)
            let other = try self.grant(try await signIn(desk))
            let user = grant.signedIn.session.user
            let account = try #require(site.acme)
            func change(from old: Text) async throws -> PasswordChange {
                try await desk.changePassword(
                    user,
                    from: old,
                    to: "another fine one",
                    keeping: account,
                    at: "192.0.2.1"
                )
            }
            guard case .refused = try await change(from: "not the right one") else {
                throw Failure(what: "not refused")
            }
            guard case .changed(let fresh) = try await change(from: password) else {
                throw Failure(what: "not changed")
            }
            #expect(try await desk.signedIn(grant.secret) == nil)
            #expect(try await desk.signedIn(other.secret) == nil)
            #expect(try await desk.signedIn(fresh.secret) != nil)
            _ = try self.grant(try await signIn(desk, "another fine one"))
        }
    }

    @Test("every way in ends the session that the browser had before")
    func waysIn() async throws {
        try await withDesk { desk, _ in
            var before = try await setUp(desk)
            let ann = before.signedIn.session.user
            let acme = try #require(site.acme)
            for purpose in [
                .invitation(
                    email: try #require(Email("bob@example.com")),
                    account: acme,
                    role: .finance
                ),
                .passwordReset(ann), .signIn(ann, acme),
            ] as [OneTimeLink.Purpose] {
                let after = try grant(
                    try await desk.accept(
                        code: try await desk.issueLink(purpose),
                        email: nil,
                        name: "Bob",
                        password: password,
                        account: nil,
                        from: "192.0.2.1",
                        replacing: before.secret
                    )
                )
                #expect(try await desk.signedIn(before.secret) == nil, "\(purpose)")
                #expect(try await desk.signedIn(after.secret) != nil, "\(purpose)")
                before = after
            }
        }
    }

    @Test("a reset link sets a password once, also while guesses are throttled")
    func resetting() async throws {
        try await withDesk { desk, _ in
            let user = try await setUp(desk).signedIn.session.user
            for _ in 0..<6 { _ = try await signIn(desk, "not the right one") }
            let code = try await desk.issueLink(.passwordReset(user))
            func reset() async throws -> AcceptResult {
                try await desk.accept(
                    code: code,
                    email: nil,
                    name: "",
                    password: "another fine one",
                    account: nil,
                    from: "192.0.2.1"
                )
            }
            _ = try grant(try await reset())
            guard case .linkEnded = try await reset() else { throw Failure(what: "used twice") }
        }
    }

    @Test("a link ends after a day, and of two for the same the newer one is good")
    func links() async throws {
        try await withDesk { desk, _ in
            let older = try await desk.issueLink(.setUp)
            let newer = try await desk.issueLink(.setUp)
            #expect(try await desk.link(older) == nil)
            #expect(try await desk.link(newer) != nil)
            site.move(seconds: SessionLimits.linkSeconds)
            #expect(try await desk.link(newer) == nil)
            #expect(try await desk.link("no code") == nil)
        }
    }

    @Test("a hash of an older cost is made anew when its password is at hand")
    func renewal() async throws {
        try await withDesk { desk, store in
            let grant = try await setUp(desk)
            let cost = try #require(PasswordCost(logBlocks: 5, blockSize: 8, parallelism: 1))
            let dearer = IdentityDesk(store: store, now: { [site] in site.now }, cost: cost)
            _ = try self.grant(try await signIn(dearer))
            let email = try #require(site.ann)
            let kept = try await store.user(email)?.password
            #expect(kept?.isOutdated(for: cost) == false)
            #expect(try await desk.signedIn(grant.secret) != nil)
        }
    }

    @Test("more passwords at once than are hashed are told to come again, and lose nothing")
    func busy() async throws {
        let cost = try #require(PasswordCost(logBlocks: 14, blockSize: 8, parallelism: 1))
        let bench = PasswordBench(cost: cost)
        let verdicts = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<60 {
                group.addTask { await bench.check("a password", against: nil) != nil }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(verdicts.contains(false))
        #expect(verdicts.filter(\.self).count >= PasswordBench.threads)
        #expect(await bench.check("a password", against: nil) != nil)
    }
}

extension Session {
    fileprivate var lifetimeEnd: Timestamp {
        createdAt.adding(seconds: Int64(SessionLimits.lifetimeSeconds))
    }
}
