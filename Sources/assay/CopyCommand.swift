// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a store that is not being served to PostgreSQL, and compare the two.",
        discussion: """
            May be interrupted at any moment: the same command goes on where it was. Until both \
            sides say the same the copy cannot be served. See docs/operations.md, Moving up.
            """
    )

    @Option(help: "The store to copy: sqlite:PATH.")
    var from: String

    @Option(help: "An empty database: postgres://HOST/DATABASE.")
    var to: String

    func run() async throws {
        try await Command.run {
            try await CopyStore.run(from: from, to: to, say: Command.say)
        }
    }
}

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the SQL that makes a PostgreSQL store, for psql."
    )

    @Flag(help: "Print what distributes the tables over Citus.")
    var distribute = false

    @Option(
        help: "Print the rights of a role that serves and can neither change nor remove events."
    )
    var grants: String?

    func run() async throws {
        try await Command.run {
            guard !distribute || grants == nil else {
                throw CommandFailure("Give --distribute or --grants, one at a time.")
            }
            if let grants {
                Command.say(try SchemaText.grants(to: grants))
            } else {
                Command.say(distribute ? SchemaText.distribution : SchemaText.creation)
            }
        }
    }
}
