// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes a Swift file with the content of other files: `embed-files OUTPUT [NAME PATH]...`.
///
/// Text becomes a literal as it is, which compiles at once; a list of bytes takes the compiler a
/// minute for a hundred kilobytes.
@main
struct EmbedFiles {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let output = arguments.first, arguments.count % 2 == 1 else {
            throw Failure(text: "usage: embed-files OUTPUT [NAME PATH]...")
        }
        var entries: [String] = []
        for index in stride(from: 1, to: arguments.count, by: 2) {
            let (name, path) = (arguments[index], arguments[index + 1])
            let content = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            entries.append("        \(literal(name)): \(literal(content)),\n")
        }
        let source = """
            // Made by embed-files.

            /// Files of the project, by their names.
            enum EmbeddedFiles {
                static let texts: [String: String] = [
            \(entries.joined())    ]
            }

            """
        try source.write(to: URL(filePath: output), atomically: true, encoding: .utf8)
    }

    /// A raw literal over several lines; its delimiter is longer than any in the text.
    private static func literal(_ text: String) -> String {
        var hashes = "#"
        while text.contains("\"" + hashes) || text.contains("\\" + hashes) { hashes += "#" }
        return "\(hashes)\"\"\"\n\(text)\n\"\"\"\(hashes)"
    }
}

private struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
