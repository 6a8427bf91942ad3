// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import CatalogDomain
import ExactValues

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Work with API tokens.",
        subcommands: [Create.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a token, in a store that is not being served.",
            discussion: "Beside a running server use POST /v1/tokens instead."
        )

        @OptionGroup var store: StoreOptions

        @Option(help: "The account, acct_...")
        var account: String

        @Option(help: "A name to know the token by.")
        var name = "command line"

        @Option(help: "What it may do: ingest, read or admin; give it several times for several.")
        var scope: [String] = ["admin"]

        func run() async throws {
            try await Command.run {
                guard let id = AccountID(account) else {
                    throw CommandFailure("'\(account)' is not an account id: acct_...")
                }
                let scopes = try scope.map { text in
                    guard let scope = Scope(rawValue: text) else {
                        throw CommandFailure("'\(text)' is not a scope: ingest, read or admin.")
                    }
                    return scope
                }
                let token = try await StoreDesk.createToken(
                    for: id,
                    name: name,
                    scopes: Set(scopes),
                    in: store.load()
                )
                Command.say(token)
            }
        }
    }
}
