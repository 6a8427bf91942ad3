// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Show or rotate the key that signs checkpoints.",
        subcommands: [Show.self, Rotate.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the public keys, for an auditor to keep.",
            discussion: """
                Those of other nodes first, as the store has them, then those of this node, oldest \
                first: the last one signs now. Works beside a running server.
                """
        )

        @OptionGroup var store: StoreOptions

        func run() async throws {
            try await Command.run {
                try await SigningKeys.show(
                    try await store.load(),
                    say: Command.say,
                    tell: Command.tell
                )
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key, signed for by the old one, and print its public half.",
            discussion: """
                A running server signs with it within seconds, a stopped one from its next start \
                on. Old checkpoints stay good.
                """
        )

        @OptionGroup var store: StoreOptions

        func run() async throws {
            try await Command.run {
                try SigningKeys.rotate(try await store.load(), say: Command.say)
            }
        }
    }
}
