// SPDX-License-Identifier: Apache-2.0

/// What one sees, as a call of the API that can be copied.
enum Curl {
    /// A read of a path under the service's address; the token is the reader's to put in.
    static func get(_ path: String, _ call: PageCall) -> String {
        get(path, publicURL: call.dashboard.publicURL)
    }

    static func get(_ path: String, publicURL: String) -> String {
        "curl -H \"Authorization: Bearer $ASSAY_TOKEN\" \\\n  "
            + quoted(publicURL + path)
    }

    /// A word as a POSIX shell takes it, whatever is in it.
    static func quoted(_ word: String) -> String {
        "'"
            + word.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''"
            )
            + "'"
    }
}
