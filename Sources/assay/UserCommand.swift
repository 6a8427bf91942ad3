// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import Identity

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Say who may sign in to the dashboard; works beside a running server.",
        subcommands: [List.self, Invite.self, ResetPassword.self, Remove.self]
    )

    struct Member: ParsableArguments {
        @Option(help: "The account, acct_...; not needed where the store has one.")
        var account: String?

        @Option(help: "The person's e-mail address.")
        var email: String
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the members of an account: role, address, name."
        )

        @OptionGroup var store: StoreOptions

        @Option(help: "The account, acct_...; not needed where the store has one.")
        var account: String?

        func run() async throws {
            try await Command.run {
                try await UserDesk.list(account: account, in: store.load(), say: Command.say)
            }
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link with which a person joins an account, once, within a day.",
            discussion: "The link begins with ASSAY_PUBLIC_URL."
        )

        @OptionGroup var store: StoreOptions
        @OptionGroup var member: Member

        @Option(help: "What they may do: admin, finance or read_only.")
        var role = Role.readOnly.rawValue

        func run() async throws {
            try await Command.run {
                guard let known = Role(rawValue: role) else {
                    throw CommandFailure("'\(role)' is not a role: admin, finance or read_only.")
                }
                Command.say(
                    try await UserDesk.invite(
                        member.email,
                        as: known,
                        to: member.account,
                        in: store.load()
                    )
                )
            }
        }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link with which a member sets a new password, once, within a day.",
            discussion: "All sessions of the person end when they use it."
        )

        @OptionGroup var store: StoreOptions
        @OptionGroup var member: Member

        func run() async throws {
            try await Command.run {
                Command.say(
                    try await UserDesk.resetPassword(
                        of: member.email,
                        in: member.account,
                        store.load()
                    )
                )
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a person out of an account; their sessions there end.",
            discussion: "A person who belongs to no account any more is removed."
        )

        @OptionGroup var store: StoreOptions
        @OptionGroup var member: Member

        func run() async throws {
            try await Command.run {
                try await UserDesk.remove(member.email, from: member.account, in: store.load())
                Command.say("\(member.email) is removed.")
            }
        }
    }
}
