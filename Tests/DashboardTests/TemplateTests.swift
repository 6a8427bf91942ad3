// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import Testing

@testable import Dashboard

@Suite("Templates escape whatever is put into them")
struct TemplateTests {
    @Test("every template is well formed")
    func wellFormed() throws {
        _ = try Templates()
    }

    @Test("no template puts anything in as it is, or has a script or a style of its own")
    func nothingUnescaped() throws {
        let templates = EmbeddedFiles.texts.filter { $0.key.hasSuffix(".mustache") }
        #expect(!templates.isEmpty)
        for (name, text) in templates {
            for banned in [
                "{{{", "{{&", "<style", "style=\"", "javascript:", " onclick", " onload",
            ] {
                #expect(!text.contains(banned), "\(name) has \(banned)")
            }
            for script in text.components(cut: "<script").dropFirst() {
                #expect(script.hasPrefix(" src=\"{{shell.assets}}/"), "\(name) has a script inside")
            }
        }
    }

    @Test("every form says which session and which account it was made in")
    func forms() {
        for (name, text) in EmbeddedFiles.texts where name.hasSuffix(".mustache") {
            let forms = text.components(cut: "<form").dropFirst()
                .map { String(String($0).components(cut: "</form>")[0]) }
                .filter { $0.contains("method=\"post\"") && !$0.contains("password") }
            for form in forms where !name.hasSuffix("welcome.mustache") {
                #expect(form.contains("name=\"form_token\""), "\(name): \(form)")
                #expect(form.contains("name=\"form_account\""), "\(name): \(form)")
            }
        }
    }

    @Test("the API's documentation has every call, with a command and its answers")
    func reference() throws {
        let reference = try APIReference()
        let calls = reference.groups.flatMap(\.calls)
        let operations = OpenAPIDocument.text.split(separator: "\n").count {
            $0.hasPrefix("      operationId: ")
        }
        #expect(operations > 30)
        #expect(calls.count == operations)
        for call in calls {
            #expect(call.curl.contains(call.path) && !call.answers.isEmpty, "\(call.anchor)")
        }
        let post = try #require(calls.first { $0.anchor == "postEvent" })
        #expect(post.contents.first?.rows.contains { $0.name == "idempotency_key" } == true)
        #expect(post.curl.contains(#""key": "support:ticket:1001""#))
        #expect(!reference.errors.isEmpty)
    }

    @Test("a quotation mark ends no attribute, also with an accent behind it")
    func accents() {
        #expect(ScalarHTML.escape("\"\u{301} onfocus=x") == "&quot;\u{301} onfocus=x")
        #expect(ScalarHTML.escape("<\u{338}b>&'") == "&lt;\u{338}b&gt;&amp;&#39;")
        #expect(ScalarHTML.escape("é\r\n\u{0}") == "é\r\n\u{FFFD}")
    }

    @Test(
        "what is gone to after signing in lies on the dashboard",
        arguments: [
            ("/dashboard", true), ("/dashboard/outcomes?state=OPEN", true), ("/docs", true),
            ("//evil.example", false), ("https://evil.example/dashboard", false),
            ("/dashboardx", false), ("/dashboard/\\evil", false), ("/dashboard/\r\nX: y", false),
            ("", false),
        ]
    )
    func targets(_ target: String, isOwn: Bool) {
        #expect(Dashboard.isOwn(target) == isOwn)
    }
}

extension String {
    fileprivate func components(cut separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
