// SPDX-License-Identifier: Apache-2.0

/// A command that asks the API for what a page shows.
struct Curl {
    /// What it asks for.
    let title: String
    let command: String

    /// `path` is well encoded, and so needs no more quoting.
    init(_ title: String, _ path: String, _ call: PageCall) {
        self.title = title
        command =
            "curl \"\(call.dashboard.publicURL)\(path)\" -H \"Authorization: Bearer $ASSAY_TOKEN\""
    }
}
