// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import NIOHTTP1

extension Dashboard {
    /// The API's documentation: for everybody, and within the dashboard for who has signed in.
    var referenceRoutes: [Route] {
        [
            Route(.GET, "/docs", .open, query: nil) { call in
                answer(
                    ReferencePage(
                        shell: try await shell("API documentation", call),
                        try APIReference.whole.get()
                    )
                )
            }
        ]
    }

    /// The shell of a page that needs no session.
    private func shell(_ title: String, _ call: APICall) async throws -> Shell {
        guard let page = try await pageCall(call, call.sessionSecret) else {
            return Shell(title: title, self)
        }
        return Shell(title: title, section: nil, page)
    }
}

/// The API's documentation.
struct ReferencePage: PageModel {
    let template = "reference"
    let shell: Shell
    let title: String
    let version: String
    let about: [Paragraph]
    let groups: [APIReference.Group]
    let errors: [APIReference.ErrorRow]

    init(shell: Shell, _ reference: APIReference) {
        self.shell = shell
        title = reference.title
        version = reference.version
        about = reference.about
        groups = reference.groups
        errors = reference.errors
    }
}
