// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A path with names in braces for the parts a client chooses: `/v1/agents/{key}/versions`.
struct PathPattern: Sendable {
    enum Part: Sendable {
        case literal(Text)
        case parameter
    }

    /// The pattern as written; metrics and spans are labelled with it, never with a path.
    let text: String
    let parts: [Part]

    init(_ text: String) {
        self.text = text
        parts = text.dropFirst().split(separator: "/").map { part in
            part.first == "{" ? .parameter : .literal(Text(String(part)))
        }
    }

    /// The parameters in order, none of them empty; nil when the path is another one.
    func match(_ segments: [Text]) -> [Text]? {
        guard segments.count == parts.count else { return nil }
        var parameters: [Text] = []
        for (part, segment) in zip(parts, segments) {
            switch part {
            case .literal(let literal):
                guard literal == segment else { return nil }
            case .parameter:
                guard !segment.isEmpty else { return nil }
                parameters.append(segment)
            }
        }
        return parameters
    }
}
