// SPDX-License-Identifier: Apache-2.0

import ExactValues

// Bytes that nothing of ours writes.
extension ForgedBundle {
    static func ofBytes() throws -> [ForgedBundle] {
        let good = try Edition(archive: try Archive.told()).write()
        return [
            try amountOfFailed(),
            try ForgedBundle("member-after-digest", at: "line 2, key", good) { lines in
                lines[1] = String(lines[1].dropLast()) + ",\"more\":1}"
            },
            try ForgedBundle("member-after-seal", at: "line 22, seal", good) { lines in
                lines[21] = String(lines[21].dropLast()) + ",\"more\":1}"
            },
            try ForgedBundle("signed-twice", at: "line 22, seal", good) { lines in
                let start = try need(lines[21].firstIndex(of: "\u{2014}"))
                let signature = lines[21][start...].dropLast(2)
                lines[21] = lines[21][..<start] + signature + signature + "\"}"
            },
        ]
    }

    /// An outcome that failed, and is billed all the same.
    private static func amountOfFailed() throws -> ForgedBundle {
        let archive = try Archive.told(
            rewriting: { key, body in
                guard key == Archive.failed else { return body }
                return Array(
                    String(decoding: body, as: UTF8.self).replacing(
                        "{\"state\":\"FAILED\",",
                        with: "{\"state\":\"FAILED\",\"quantity\":\"1\",\"amount\":\"0.25\","
                            + "\"currency\":\"USD\",\"currency_exponent\":2,"
                    ).utf8
                )
            }
        )
        var edition = Edition(archive: archive)
        edition.keys = [Archive.failed]
        return try ForgedBundle("amount-of-failed", at: "line 17, event", edition)
    }

    private init(
        _ name: String,
        at place: String,
        _ bytes: [UInt8],
        _ change: (inout [String]) throws -> Void
    ) throws {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        try change(&lines)
        let text = lines.map { $0 + "\n" }.joined()
        self.init(name: name, place: place, bytes: Array(text.utf8))
    }
}
