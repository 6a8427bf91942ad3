// SPDX-License-Identifier: Apache-2.0

/// A paragraph of the OpenAPI document: plain, `code` and **strong** stretches of text.
struct Paragraph: Sendable {
    struct Stretch: Sendable {
        let text: String
        let isCode: Bool
        let isStrong: Bool
    }

    let stretches: [Stretch]

    /// Cuts a description at its empty lines.
    static func all(_ text: String?) -> [Paragraph] {
        let lines = (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        return lines.split { $0.allSatisfy { $0 == " " } }.map { lines in
            Paragraph(lines.joined(separator: " "))
        }
    }

    private init(_ text: String) {
        var stretches: [Stretch] = []
        for (number, part) in text.split(separator: "`", omittingEmptySubsequences: false)
            .enumerated()
        {
            guard number % 2 == 0 else {
                stretches.append(Stretch(text: String(part), isCode: true, isStrong: false))
                continue
            }
            for (number, part) in part.split(separator: "**", omittingEmptySubsequences: false)
                .enumerated() where !part.isEmpty
            {
                stretches.append(
                    Stretch(text: String(part), isCode: false, isStrong: number % 2 == 1)
                )
            }
        }
        self.stretches = stretches
    }
}
