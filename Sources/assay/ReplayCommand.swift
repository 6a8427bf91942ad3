// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Tell an outcome's history from the log, also beside a running server."
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The outcome key.")
    var key: String

    @Option(help: "The account, acct_...; may be left out when the store has one.")
    var account: String?

    func run() async throws {
        try await Command.run {
            try await Replay.run(
                key: key,
                account: account,
                configuration: store.load(),
                print: Command.say
            )
        }
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version."
    )

    func run() { Command.say("assay \(AssayVersion.current)") }
}
