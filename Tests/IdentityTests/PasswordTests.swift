// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import Identity

@Suite("Passwords")
struct PasswordTests {
    private let cheap = PasswordCost(logBlocks: 4, blockSize: 8, parallelism: 1)

    @Test("a hash is checked against the password it is of, and no other")
    func roundTrip() throws {
        let cost = try #require(cheap)
        let hash = try PasswordHash.make(of: "correct horse", cost: cost)
        #expect(hash.text.hasPrefix("scrypt$ln=4,r=8,p=1$"))
        #expect(hash.matches("correct horse"))
        #expect(!hash.matches("correct horsf"))
        #expect(!hash.matches(""))
        #expect(try PasswordHash.make(of: "correct horse", cost: cost) != hash)
    }

    @Test("bytes are compared: nothing is normalised")
    func bytes() throws {
        let hash = try PasswordHash.make(of: "caf\u{E9} caf\u{E9}", cost: try #require(cheap))
        #expect(!hash.matches("cafe\u{301} cafe\u{301}"))
    }

    @Test("another implementation of RFC 7914 has the same key")
    func vector() throws {
        // Made with hashlib.scrypt of Python; the salts in RFC 7914 are not of sixteen bytes.
        let salt = Base64.encode(Array("0123456789abcdef".utf8))
        let hash = PasswordHash(
            stored: "scrypt$ln=10,r=8,p=2$\(salt)$bEaCAiyRYDARuNXGlQE7Plyz+/JVlfoIQ0KBQ3KtPwI="
        )
        #expect(hash.matches("password"))
    }

    @Test(
        "a stored text that asks for too much, or is damaged, matches nothing",
        arguments: [
            "", "scrypt", "scrypt$ln=15,r=8,p=3$$", "bcrypt$ln=4,r=8,p=1$AAAA$AAAA",
            "scrypt$ln=24,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$" + String(repeating: "A", count: 43)
                + "=",
            "scrypt$ln=4,r=64,p=999$AAAAAAAAAAAAAAAAAAAAAA==$" + String(repeating: "A", count: 43)
                + "=",
            "scrypt$ln=-4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$" + String(repeating: "A", count: 43)
                + "=",
            "scrypt$ln=4,r=8$AAAAAAAAAAAAAAAAAAAAAA==$" + String(repeating: "A", count: 43) + "=",
        ]
    )
    func hostile(text: String) {
        let hash = PasswordHash(stored: text)
        #expect(hash.parts == nil)
        #expect(!hash.matches("password12"))
    }

    @Test("a hash of another cost is to be made anew")
    func outdated() throws {
        let hash = try PasswordHash.make(of: "correct horse", cost: try #require(cheap))
        #expect(hash.isOutdated())
        #expect(!hash.isOutdated(for: try #require(cheap)))
    }

    @Test("the standard cost is what the record says, and may be asked for")
    func standard() throws {
        let cost = try #require(PasswordCost(logBlocks: 15, blockSize: 8, parallelism: 3))
        #expect(cost == .standard)
        #expect(PasswordCost(logBlocks: 18, blockSize: 8, parallelism: 1) == nil)
    }

    @Test("a hash is never shown")
    func hidden() throws {
        let hash = try PasswordHash.make(of: "correct horse", cost: try #require(cheap))
        for shown in ["\(hash)", String(reflecting: hash), "\([hash])"] {
            #expect(!shown.contains("scrypt"))
        }
        let secret = SessionSecret()
        for shown in ["\(secret)", String(reflecting: secret), "\([secret])"] {
            #expect(!shown.contains(secret.text))
        }
    }

    @Test(
        "passwords that anybody would try are not taken",
        arguments: [
            ("short", .tooShort), ("password123", .tooCommon), ("Password123", .tooCommon),
            ("aaaaaaaaaaaa", .tooCommon), ("abcdefghijkl", .tooCommon),
            ("Ann@Example.com", .isEmail), ("a perfectly fine one", nil), ("ééééééééé1", nil),
        ] as [(Text, PasswordProblem?)]
    )
    func rules(password: Text, problem: PasswordProblem?) throws {
        let email = try #require(Email("ann@example.com"))
        #expect(PasswordProblem(password, of: email) == problem)
    }

    @Test("a password has at most 256 characters")
    func longest() throws {
        let email = try #require(Email("ann@example.com"))
        let most = Text(String(repeating: "ab", count: 128))
        #expect(PasswordProblem(most, of: email) == nil)
        #expect(PasswordProblem(Text(most.string + "c"), of: email) == .tooLong)
    }

    @Test("a session's form token is its own and says nothing of the secret")
    func formTokens() {
        let (mine, other) = (SessionSecret(), SessionSecret())
        #expect(mine.accepts(formToken: mine.formToken))
        #expect(!mine.accepts(formToken: other.formToken))
        #expect(!mine.accepts(formToken: ""))
        #expect(mine.formToken != mine.text)
        #expect(SessionSecret(mine.text) == mine)
        #expect(SessionSecret(mine.text + "A") == nil)
        #expect(SessionSecret(String(repeating: "!", count: 43)) == nil)
    }
}
