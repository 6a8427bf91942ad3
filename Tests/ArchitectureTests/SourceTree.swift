// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The project's own files, read from the checkout that the tests were built from.
struct SourceTree {
    struct File: Sendable {
        /// From the project's root: `Sources/HTTPAPI/APIServices.swift`.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

        /// The target the file belongs to: the folder below `Sources`, `Projections` or `Tests`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// Whether a token stands in the text, and not only as the end of a longer name.
        func contains(_ token: String) -> Bool {
            text.ranges(of: token).contains { range in
                guard range.lowerBound > text.startIndex else { return true }
                let before = text[text.index(before: range.lowerBound)]
                return !before.isLetter && !before.isNumber
            }
        }

        var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Swift files of the product.
    static let product = swiftFiles(below: ["Sources", "Projections"])
    /// Swift files of the tests.
    static let tests = swiftFiles(below: ["Tests"])
    /// Markdown files.
    static let pages = files(below: ["docs"], ending: ".md") + topLevelPages

    private static var topLevelPages: [File] {
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].compactMap(file)
    }

    private static func swiftFiles(below folders: [String]) -> [File] {
        files(below: folders, ending: ".swift")
    }

    private static func files(below folders: [String], ending: String) -> [File] {
        folders.flatMap { folder -> [File] in
            let base = root.appendingPathComponent(folder)
            let paths = FileManager.default.enumerator(atPath: base.path)?.allObjects ?? []
            return paths.compactMap { $0 as? String }
                .filter { $0.hasSuffix(ending) }
                .sorted()
                .compactMap { file("\(folder)/\($0)") }
        }
    }

    private static func file(_ path: String) -> File? {
        let url = root.appendingPathComponent(path)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        return File(path: path, text: text)
    }
}
