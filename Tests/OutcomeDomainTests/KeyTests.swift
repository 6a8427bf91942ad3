// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Names that cannot be built wrong (SPEC 2 and 3).
@Suite("Keys")
struct KeyTests {
    private func text(_ count: Int, of scalar: String = "é") -> Text {
        Text(String(repeating: scalar, count: count))
    }

    @Test("an outcome key has 8 to 255 characters, counted as Unicode scalars")
    func outcomeKeys() {
        #expect(OutcomeKey(text(7)) == nil)
        #expect(OutcomeKey(text(8)) != nil)
        #expect(OutcomeKey(text(255)) != nil)
        #expect(OutcomeKey(text(256)) == nil)
        #expect(OutcomeKey("ticket:1001")?.description == "ticket:1001")
    }

    @Test("a customer key has 1 to 255 characters")
    func customerKeys() {
        #expect(CustomerKey("") == nil)
        #expect(CustomerKey("a") != nil)
        #expect(CustomerKey(text(255)) != nil)
        #expect(CustomerKey(text(256)) == nil)
        #expect(customer("acme").description == "acme")
    }

    @Test(
        "no key holds a control character",
        arguments: ["\u{0}", "\n", "\u{1F}", "\u{7F}", "\u{80}", "\u{9F}"]
    )
    func controls(scalar: String) {
        #expect(OutcomeKey(Text("ticket:1\(scalar)")) == nil)
        #expect(CustomerKey(Text("a\(scalar)")) == nil)
    }

    @Test("an action has 1 to 255 characters, and control characters other than NUL")
    func actions() {
        #expect(Action("") == nil)
        #expect(Action("a\u{0}") == nil)
        #expect(Action("a\n") != nil)
        #expect(Action(text(255)) != nil)
        #expect(Action(text(256)) == nil)
        #expect(action("resolved").description == "resolved")
    }

    @Test("a slug is read", arguments: ["a", "0", "support", "a-b_c9", "9--"])
    func slugs(text: String) { #expect(Slug(Text(text))?.description == text) }

    @Test(
        "what is no slug is not",
        arguments: ["", "-a", "_a", "A", "aB", "a b", "é", "a.b", "a/b", "a{", "a`", "a\u{0}"]
    )
    func noSlugs(text: String) { #expect(Slug(Text(text)) == nil) }

    @Test("a slug has at most 63 characters")
    func slugLength() {
        #expect(Slug(text(63, of: "a")) != nil)
        #expect(Slug(text(64, of: "a")) == nil)
    }

    @Test("keys are told apart and ordered by their bytes")
    func order() {
        #expect(OutcomeKey("caf\u{E9}-1234") != OutcomeKey("cafe\u{301}-1234"))
        #expect(customer("e\u{301}") < customer("\u{E9}"))
        #expect(action("B") < action("a"))
        #expect(slug("a-b") < slug("a0"))
        let keys = ["ticket:2", "ticket:10"].compactMap { OutcomeKey(Text($0)) }
        #expect(keys.sorted().map(\.description) == ["ticket:10", "ticket:2"])
    }

    @Test("a signal's settles_at is never before it was received")
    func settlesAt() {
        #expect(signal(1, at: 50, settlesAt: 10).settlesAt == instant(50))
        #expect(signal(1, at: 50, settlesAt: 90).settlesAt == instant(90))
        #expect(signal(1, at: 50).settlesAt == nil)
    }
}
