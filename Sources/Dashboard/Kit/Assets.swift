// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import NIOHTTP1

/// Style sheets, scripts and pictures, `Web/assets`: under a name that changes with their content, so
/// that a browser may keep them for ever.
struct Assets: Sendable {
    private static let folder = "assets/"
    private static let keptSeconds = 31_536_000
    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    ]

    private let files: [String: (type: String, body: [UInt8])]
    /// The beginning of every asset's path.
    let path: String

    init(files: [String: String] = EmbeddedFiles.texts) {
        var known: [String: (type: String, body: [UInt8])] = [:]
        var all: [UInt8] = []
        for (name, text) in files.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Self.folder) {
            let plain = String(name.dropFirst(Self.folder.count))
            let suffix = String(plain.split(separator: ".").last ?? "")
            guard let type = Self.types[suffix] else { continue }
            known[plain] = (type, Array(text.utf8))
            all += Array(plain.utf8) + [0] + Array(text.utf8) + [0]
        }
        self.files = known
        path = "/assets/" + String(Digest.sha256(all).description.prefix(16))
    }

    var routes: [Route] {
        [
            Route(.GET, "/assets/{version}/{name}", .open, query: nil) { call in
                guard let file = files[call.parameters[1].string],
                    path == "/assets/" + call.parameters[0].string
                else { throw APIError.notFound }
                return APIAnswer(
                    body: file.body,
                    contentType: file.type,
                    fields: [
                        ("Cache-Control", "public, max-age=\(Self.keptSeconds), immutable"),
                        ("X-Content-Type-Options", "nosniff"),
                    ]
                )
            }
        ]
    }
}
