// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The house style holds everywhere")
struct StyleTests {
    /// What must not stand in the product, where it may all the same, and what to do instead.
    static let banned: [(token: String, allowed: [String], instead: String)] = [
        ("@unchecked Sendable", [], "a value, an actor, or a Mutex"),
        ("nonisolated(unsafe)", [], "a value, an actor, or a Mutex"),
        ("try!", [], "throw or handle"),
        ("fatalError(", [], "a named error, or a precondition with its reason"),
        ("Task {", [], "a service or a task group: unstructured tasks outlive shutdown"),
        ("Task.detached", [], "a service or a task group"),
        ("Date()", [], "WallClock"),
        ("UUID()", [], "Identifiers"),
        ("print(", ["Sources/AssayApp/Commands/Replay.swift"], "the logger, or say"),
        ("TODO", [], "do it, or write it into an issue"),
        ("FIXME", [], "mend it"),
        ("String(format:", [], "interpolation"),
    ]

    @Test("what is banned does not stand in the product")
    func bannedTokens() {
        #expect(SourceTree.product.count > 100)
        for file in SourceTree.product {
            for rule in Self.banned where !rule.allowed.contains(file.path) {
                #expect(
                    !file.contains(rule.token),
                    "\(file.path) has '\(rule.token)'; use \(rule.instead)"
                )
            }
        }
    }

    @Test("the domain knows no clock, no random number and no Foundation")
    func pureDomain() {
        for file in SourceTree.product
        where ["OutcomeDomain", "CatalogDomain", "Simulation", "ContractLint"].contains(file.target)
        {
            for token in ["import Foundation", "ContinuousClock", ".random(", "async ", "await "] {
                #expect(!file.text.contains(token), "\(file.path) has '\(token)'")
            }
        }
    }

    @Test("SQL stands only in statements and schemas")
    func sqlInItsPlace() {
        for file in SourceTree.product {
            let isPlace =
                file.name.hasSuffix("Statements.swift") || file.path.contains("/Schema/")
                || file.name.hasSuffix("Schema.swift")
            guard !isPlace else { continue }
            for token in ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE"] {
                let isCode = file.lines.contains { line in
                    line.contains(token) && !line.drop { $0 == " " }.hasPrefix("//")
                }
                #expect(!isCode, "\(file.path) has SQL: '\(token)'")
            }
        }
    }

    @Test("files have at most 400 lines")
    func fileLength() {
        for file in SourceTree.product + SourceTree.tests {
            #expect(file.lines.count <= 400, "\(file.path)")
        }
    }

    @Test("every file names its licence first")
    func licence() {
        for file in SourceTree.product + SourceTree.tests {
            #expect(
                file.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n"),
                "\(file.path)"
            )
        }
    }

    @Test("names say what a thing is")
    func names() {
        for file in SourceTree.product {
            for word in ["Manager", "Helper", "Util", "Impl.", "Base."] {
                #expect(!file.name.contains(word), "\(file.path)")
            }
        }
    }
}
