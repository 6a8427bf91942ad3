// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import Identity

@Suite("Throttled guesses")
struct GuessesTests {
    private let start = Timestamp.earliest.adding(seconds: 1_000_000)

    /// Tries and fails; answers how long one has to wait instead, if so.
    private func fail(
        _ guesses: inout Guesses,
        _ email: Text = "ann@example.com",
        from place: Text = "192.0.2.1",
        at now: Timestamp
    ) -> Int? {
        if case .wait(let seconds) = guesses.begin(email, from: place, at: now) { return seconds }
        return nil
    }

    @Test("after five tries waits grow up to a quarter of an hour")
    func waits() {
        var guesses = Guesses()
        var now = start
        for _ in 0..<5 { #expect(fail(&guesses, at: now) == nil) }
        var waits: [Int] = []
        for _ in 0..<10 {
            guard let wait = fail(&guesses, at: now) else {
                Issue.record("no wait")
                return
            }
            waits.append(wait)
            #expect(fail(&guesses, at: now.adding(seconds: Int64(wait - 1))) == 1)
            now = now.adding(seconds: Int64(wait))
            #expect(fail(&guesses, at: now) == nil)
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
    }

    @Test("a right password makes the next tries free again")
    func reset() {
        var guesses = Guesses()
        for _ in 0..<5 { #expect(fail(&guesses, at: start) == nil) }
        let later = start.adding(seconds: 5)
        guard
            case .admitted(let attempt) = guesses.begin(
                "ann@example.com",
                from: "192.0.2.1",
                at: later
            )
        else {
            Issue.record("not admitted")
            return
        }
        guesses.succeeded(attempt, at: later)
        for _ in 0..<4 { #expect(fail(&guesses, at: later) == nil) }
    }

    @Test("guesses from everywhere at one address wait together")
    func spread() {
        var guesses = Guesses()
        for place in 0..<5 {
            #expect(fail(&guesses, from: Text("192.0.2.\(place)"), at: start) == nil)
        }
        #expect(fail(&guesses, from: "192.0.2.99", at: start) == 5)
        #expect(fail(&guesses, "bob@example.com", from: "192.0.2.99", at: start) == nil)
    }

    @Test("where a person has signed in before nobody elsewhere locks them out")
    func home() {
        var guesses = Guesses()
        guard
            case .admitted(let attempt) = guesses.begin("ann@example.com", from: "home", at: start)
        else {
            Issue.record("not admitted")
            return
        }
        guesses.succeeded(attempt, at: start)
        for place in 0..<5 {
            #expect(fail(&guesses, from: Text("192.0.2.\(place)"), at: start) == nil)
        }
        #expect(fail(&guesses, from: "elsewhere", at: start) != nil)
        #expect(fail(&guesses, from: "home", at: start) == nil)
    }

    @Test("one place has twenty tries at whatever address, and its own password buys no more")
    func place() {
        var guesses = Guesses()
        for number in 0..<19 {
            #expect(fail(&guesses, Text("user\(number)@example.com"), at: start) == nil)
        }
        guard
            case .admitted(let attempt) = guesses.begin(
                "own@example.com",
                from: "192.0.2.1",
                at: start
            )
        else {
            Issue.record("not admitted")
            return
        }
        guesses.succeeded(attempt, at: start)
        #expect(fail(&guesses, "next@example.com", at: start) == nil)
        #expect(fail(&guesses, "last@example.com", at: start) == 5)
    }

    @Test("a try that checked no password does not count")
    func abandoned() {
        var guesses = Guesses()
        for _ in 0..<20 {
            guard
                case .admitted(let attempt) = guesses.begin(
                    "ann@example.com",
                    from: "192.0.2.1",
                    at: start
                )
            else {
                Issue.record("not admitted")
                return
            }
            guesses.abandoned(attempt)
        }
    }

    @Test("a try that ends well beside others takes back its own wait and no other's")
    func besideOthers() {
        var guesses = Guesses()
        guard
            case .admitted(let own) = guesses.begin("own@example.com", from: "there", at: start)
        else {
            Issue.record("not admitted")
            return
        }
        for number in 0..<19 {
            let email = Text("user\(number)@example.com")
            #expect(fail(&guesses, email, from: "there", at: start) == nil)
        }
        guesses.succeeded(own, at: start)
        #expect(fail(&guesses, "last@example.com", from: "there", at: start) == 5)
    }

    @Test("a clock that is set back keeps nobody out for longer than the longest wait")
    func clockSetBack() {
        var guesses = Guesses()
        for _ in 0..<5 { #expect(fail(&guesses, at: start.adding(seconds: 86_400)) == nil) }
        #expect(fail(&guesses, at: start) == nil)
        #expect(fail(&guesses, at: start) == 10)
    }

    @Test("after an hour all is forgotten")
    func memory() {
        var guesses = Guesses()
        for _ in 0..<5 { #expect(fail(&guesses, at: start) == nil) }
        let later = start.adding(seconds: 3_600)
        for _ in 0..<5 { #expect(fail(&guesses, at: later) == nil) }
        #expect(fail(&guesses, at: later) == 5)
    }

    @Test("a flood of addresses does not push out the one that is attacked")
    func flood() {
        var guesses = Guesses()
        for _ in 0..<5 { #expect(fail(&guesses, at: start) == nil) }
        for number in 0..<20_000 {
            _ = guesses.begin(Text("u\(number)@x"), from: Text("p\(number)"), at: start)
        }
        #expect(fail(&guesses, at: start) == 5)
    }

    @Test(
        "an IPv6 address counts with its network",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
            ("2001:DB8:0:2::9", "2001:db8:0:2"), ("2001:db8::9", "2001:db8:0:0"),
            ("::1", "0:0:0:0"), ("::ffff:192.0.2.7", "192.0.2.7"), ("fe80::1%eth0", "fe80:0:0:0"),
        ] as [(String, Text)]
    )
    func places(address: String, place: Text) {
        #expect(ClientPlace.of(address) == place)
    }
}
