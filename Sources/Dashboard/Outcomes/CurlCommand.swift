// SPDX-License-Identifier: Apache-2.0

/// A command that asks the API for what a page shows, and what that is.
struct CurlCommand: Sendable {
    let title: String
    let command: String

    init(_ title: String, _ path: String, _ call: PageCall) {
        self.title = title
        command = Curl.get(path, at: call.dashboard.publicURL)
    }
}
