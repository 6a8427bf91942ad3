// SPDX-License-Identifier: Apache-2.0

import Mustache
import Testing

@testable import Dashboard

@Suite("Models are read by templates")
struct ModelValuesTests {
    private struct Outer {
        let name: String?
        let rows: [Row]
        let isShown: Bool
        let count: Int
        let inner: Row?
    }

    private struct Row {
        let name: String?
        let tags: [String]
    }

    private let model = Outer(
        name: "outer",
        rows: [Row(name: "a", tags: ["x", "y"]), Row(name: nil, tags: [])],
        isShown: false,
        count: 0,
        inner: nil
    )

    private func render(_ template: String) throws -> String {
        try MustacheTemplate(string: template).render(ModelValues.of(model))
    }

    @Test("members, rows, flags, numbers and what is nil")
    func members() throws {
        #expect(try render("{{name}} {{count}}{{#isShown}}!{{/isShown}}") == "outer 0")
        #expect(try render("{{#rows}}[{{name}}{{#tags}}{{.}}{{/tags}}]{{/rows}}") == "[axy][]")
        #expect(try render("{{#inner}}x{{/inner}}{{^inner}}none{{/inner}}") == "none")
    }

    @Test("a nil member is not looked for further out")
    func nilStaysNil() throws {
        #expect(try render("{{#rows}}{{^name}}no name{{/name}}{{/rows}}") == "no name")
    }
}
