// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Dashboard

@Suite("Forms are read as browsers send them")
struct FormTests {
    @Test("fields keep their order, names may come twice, plus is a space")
    func fields() throws {
        let form = try #require(Form("a=1+2&b=%C3%A9&a=3&empty=&alone".utf8))
        #expect(form["a"] == "1 2")
        #expect(form.all("a") == ["1 2", "3"])
        #expect(form["b"] == "é")
        #expect(form["empty"] == "" && form["alone"] == "")
        #expect(form["c"] == nil)
    }

    @Test("names that only look alike are two", arguments: ["%C3%A9=1&e%CC%81=2"])
    func bytes(_ text: String) throws {
        let form = try #require(Form(text.utf8))
        #expect(form["\u{E9}"] == "1")
        #expect(form["e\u{301}"] == "2")
    }

    @Test("what is badly encoded is no form", arguments: ["a=%", "a=%4", "a=%GG", "a=%FF", "%=1"])
    func broken(_ text: String) {
        #expect(Form(text.utf8) == nil)
    }

    @Test("passwords and the token are not kept while somebody signs in")
    func keepable() throws {
        let form = try #require(
            Form("name=x&form_token=t&new_password=secret&old_password=s".utf8)
        )
        #expect(form.keepable.map(\.name) == ["name"])
    }
}
