// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import NIOHTTP1
import Synchronization

extension Dashboard {
    /// The API's documentation: for everybody, and within the dashboard for who has signed in.
    var referenceRoutes: [Route] {
        // The same for every guest, and rendered when the first one asks.
        let guests = Mutex<APIAnswer?>(nil)
        return [
            Route(.GET, "/docs", .open, query: nil) { call in
                guard let page = try await pageCall(call, call.sessionSecret) else {
                    return try guests.withLock { kept in
                        let made = try kept ?? reference(Shell(title: Self.referenceTitle, self))
                        kept = made
                        return made
                    }
                }
                return try reference(Shell(title: Self.referenceTitle, section: nil, page))
            }
        ]
    }

    private static let referenceTitle = "API documentation"

    private func reference(_ shell: Shell) throws -> APIAnswer {
        answer(ReferencePage(shell: shell, try APIReference.whole.get()))
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
