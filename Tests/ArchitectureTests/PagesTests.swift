// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The pages tell the truth about where things are")
struct PagesTests {
    @Test("every link to a file leads somewhere")
    func links() {
        #expect(SourceTree.pages.count > 10)
        for page in SourceTree.pages {
            let folder = SourceTree.root.appendingPathComponent(page.path)
                .deletingLastPathComponent()
            for target in Self.targets(in: page.text) {
                let path = folder.appendingPathComponent(target).path
                #expect(
                    FileManager.default.fileExists(atPath: path),
                    "\(page.path) -> \(target)"
                )
            }
        }
    }

    @Test("every page has one title, on its first line")
    func titles() {
        for page in SourceTree.pages {
            #expect(page.text.hasPrefix("# "), "\(page.path)")
        }
    }

    private static func targets(in text: String) -> [String] {
        text.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/)
            .map { String($0.output.1) }
            .filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }
}
