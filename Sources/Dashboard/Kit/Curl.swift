// SPDX-License-Identifier: Apache-2.0

/// A call of the API as a command that can be pasted into a shell.
enum Curl {
    /// A read.
    static func get(_ path: String, at publicURL: String) -> String {
        "curl -H \"Authorization: Bearer $ASSAY_TOKEN\" \\\n  \(quoted(publicURL + path))"
    }

    /// A read, for whoever looks at a page.
    static func get(_ path: String, _ call: PageCall) -> String {
        get(path, at: call.dashboard.publicURL)
    }

    /// A call with a JSON body.
    static func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        at publicURL: String
    ) -> String {
        """
        curl -X \(method) -H "Authorization: Bearer $ASSAY_TOKEN" \\
          -H "Content-Type: application/json" \\
          --data \(quoted(String(decoding: body, as: UTF8.self))) \\
          \(quoted(publicURL + path))
        """
    }

    /// One word of a shell, whatever is in it.
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [0x27]
        for byte in text.utf8 {
            if byte == 0x27 { bytes += "'\\''".utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes + [0x27], as: UTF8.self)
    }
}
