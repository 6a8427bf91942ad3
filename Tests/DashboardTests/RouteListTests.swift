// SPDX-License-Identifier: Apache-2.0

import Foundation
import Identity
import Testing

@testable import Dashboard

@Suite("The list of pages")
struct RouteListTests {
    /// What the end-to-end tests go through page by page and form by form.
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "EndToEnd/dashboard_routes.txt")

    @Test("the security tests know every page and form there is, and who may use it")
    func list() throws {
        let served = Dashboard.pages
            .map { "\($0.method) \($0.pattern) \($0.right)" }
            .sorted()
        let listed = try String(contentsOf: Self.file, encoding: .utf8)
            .split(separator: "\n").map(String.init)
        #expect(listed == served, "\(Self.file.lastPathComponent) has to list what is served")
    }

    @Test("every form needs a right of its own beyond reading, but for what is one's own")
    func rights() {
        let own = [
            "/dashboard/sign-out", "/dashboard/sign-out-everywhere", "/dashboard/open-account",
            "/dashboard/password",
            // They check and try a contract, and publish nothing.
            "/dashboard/agents/new", "/dashboard/agents/{key}/edit",
        ]
        let forms = Dashboard.pages.filter { "\($0.method)" == "POST" && $0.right == .read }
        #expect(forms.map(\.pattern).sorted() == own.sorted())
    }
}
