// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Identity
import Testing

/// What begins and ends sessions: passwords, earlier sessions, one-time links.
extension IdentityContractTests {
    @Test("a session begins in place of another, is used and ends", arguments: StoreUnderTest.all)
    func sessions(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let (first, second) = (try session(of: ann), try session(of: ann))
            try await store.createSession(first, on: .link, replacing: nil)
            try await store.createSession(second, on: .link, replacing: first.secretHash)
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

    @Test(
        "a session begins only while what it rests on holds",
        arguments: StoreUnderTest.all
    )
    func grounds(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let (first, second) = (try session(of: ann), try session(of: ann))
            try await store.createSession(first, on: .password(hash), replacing: nil)
            try await store.createSession(
                second,
                on: .session(first.secretHash),
                replacing: nil
            )
            #expect(try await store.session(first.secretHash, at: now) == nil)
            #expect(try await store.session(second.secretHash, at: now) != nil)
            // What was read before everything ended is of no use after it.
            try await store.endSessions(of: ann.id)
            #expect(
                try await store.setPassword(
                    PasswordHash(stored: "scrypt$two"),
                    inPlaceOf: hash,
                    of: ann.id
                )
            )
            for ground in [SessionGround.password(hash), .session(second.secretHash)] {
                let late = try session(of: ann)
                let error = await #expect(throws: StoreError.self) {
                    try await store.createSession(late, on: ground, replacing: nil)
                }
                #expect(error?.reason == .conflict)
                #expect(try await store.session(late.secretHash, at: now) == nil)
            }
        }
    }

    @Test(
        "sessions that begin while a password changes do not outlive it",
        arguments: StoreUnderTest.all
    )
    func racingPassword(store: StoreUnderTest) async throws {
        try await store.withIdentities { store in
            let ann = try await create("ann", store)
            let sessions = try (0..<8).map { _ in try session(of: ann) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, session) in sessions.enumerated() {
                    let earlier = number > 0 ? sessions[number - 1].secretHash : nil
                    group.addTask {
                        // Some are refused: those that come after the new password.
                        try? await store.createSession(
                            session,
                            on: .password(hash),
                            replacing: earlier
                        )
                    }
                }
                group.addTask {
                    let changed = PasswordHash(stored: "scrypt$two")
                    let isSet = try await store.setPassword(
                        changed,
                        inPlaceOf: hash,
                        of: ann.id
                    )
                    #expect(isSet)
                }
                try await group.waitForAll()
            }
            for session in sessions {
                #expect(try await store.session(session.secretHash, at: now) == nil)
            }
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
                let last = try #require(sessions.last)
                try await store.createSession(last, on: .link, replacing: nil)
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
            for session in [idle, used] {
                try await store.createSession(session, on: .link, replacing: nil)
            }
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
}
