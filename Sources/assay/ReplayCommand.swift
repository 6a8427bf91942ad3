// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct OutcomeOptions: ParsableArguments {
    @Argument(help: "The outcome key.")
    var key: String

    @Option(help: "The account, acct_...; may be left out when the store has one.")
    var account: String?

    @Option(help: "As of this version of its stream, from 1.")
    var atVersion: Int?

    @Option(help: "As it was known at this instant, RFC 3339.")
    var asOf: String?

    @Flag(help: "For programs.")
    var json = false

    func question() throws -> OutcomeQuestion {
        try OutcomeQuestion(
            key: key,
            account: account,
            atVersion: atVersion,
            asOf: asOf,
            isJSON: json
        )
    }
}

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Tell an outcome's history from the log, also beside a running server.",
        discussion: """
            Follows the hash chain on the way; exit status 1 when it is broken. With --json a line \
            for each fact and a last line with the chain and the state.
            """
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var outcome: OutcomeOptions

    func run() async throws {
        try await Command.run {
            try await Replay.run(
                outcome.question(),
                configuration: store.load(),
                say: Command.say
            )
        }
    }
}

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell why an outcome is what it is, also beside a running server."
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var outcome: OutcomeOptions

    func run() async throws {
        try await Command.run {
            try await Explain.run(
                outcome.question(),
                configuration: store.load(),
                say: Command.say
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
