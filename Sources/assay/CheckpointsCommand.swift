// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct CheckpointsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoints",
        abstract: "Export signed checkpoints, or sign a store that is not being served.",
        subcommands: [Export.self, Sign.self]
    )

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the latest checkpoint of each partition, and the public keys.",
            discussion: """
                For an auditor to keep where the operator cannot reach it: whatever was in the log \
                then cannot be changed or taken away unnoticed any more. See docs/operations.md, \
                Checkpoints.
                """
        )

        @OptionGroup var store: StoreOptions

        @Option(help: "The file to write; without it the document is printed.")
        var to: String?

        func run() async throws {
            try await Command.run {
                try await CheckpointFiles.export(
                    to: to,
                    try await store.load(),
                    say: Command.say
                )
            }
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign everything in a store that is not being served.",
            discussion: "A server does so by itself while it runs and when it ends."
        )

        @OptionGroup var store: StoreOptions

        func run() async throws {
            try await Command.run {
                try await CheckpointFiles.sign(try await store.load(), say: Command.say)
            }
        }
    }
}
