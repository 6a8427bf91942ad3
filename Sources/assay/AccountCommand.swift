// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import ExactValues

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Work with accounts.",
        subcommands: [Create.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an account and an admin token, in a store that is not being served."
        )

        @OptionGroup var store: StoreOptions

        @Option(help: "The account's name.")
        var name: String

        @Flag(help: "Give the account a test clock that moves only when told.")
        var sandbox = false

        @Option(help: "Where the test clock starts, as an RFC 3339 time; now unless given.")
        var clock: String?

        @Flag(help: "Answer in JSON: account_id, token.")
        var json = false

        func run() async throws {
            try await Command.run {
                let start = try clock.map(time)
                guard clock == nil || sandbox else {
                    throw CommandFailure("--clock is for sandbox accounts; add --sandbox.")
                }
                let created = try await StoreDesk.createAccount(
                    named: name,
                    isSandbox: sandbox,
                    clock: start,
                    in: store.load()
                )
                if json {
                    Command.say(created.json)
                    return
                }
                Command.say("Account \(created.account)")
                Command.say("Token   \(created.token)")
                Command.say("The token is shown this once. It may do everything in the account.")
            }
        }

        private func time(_ text: String) throws -> Timestamp {
            guard let time = Timestamp(text) else {
                throw CommandFailure(
                    "'\(text)' is not an RFC 3339 time such as 2026-01-31T09:00:00Z."
                )
            }
            return time
        }
    }
}
