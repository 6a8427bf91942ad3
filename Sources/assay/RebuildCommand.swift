// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

/// The read models, by the names an operator knows them by; those of their projections, which health,
/// metrics and logs tell, are taken as well.
enum ReadModelArgument: String, CaseIterable, ExpressibleByArgument {
    case feed
    case ledger
    case deadLetters = "dead-letters"
    case journeys
    case value

    init?(argument: String) {
        let named = Self.allCases.first { [$0.rawValue, $0.projection].contains(argument) }
        guard let named else { return nil }
        self = named
    }

    private var projection: String {
        switch self {
        case .feed: "outcomes_feed"
        case .ledger: "billing_ledger"
        case .deadLetters: "dead_letters"
        case .journeys: "journeys"
        case .value: "value_delivered"
        }
    }
}

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Build a read model anew, beside the live one, in a server that goes on serving.",
        discussion: """
            The server builds a second copy from the log, compares it with the live one row by row, \
            and makes it live when both are equal; the old copy is kept until it is dropped. The \
            command follows the rebuild; ending it leaves the rebuild running. It talks to the \
            server of the same store through a socket beside the read models, so it has to run on \
            the same machine as the same user. See docs/operations.md, Read models.
            """
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The read model: feed, ledger, dead-letters, journeys or value.")
    var model: ReadModelArgument

    @Argument(
        help: """
            start, status, pause, resume (after a pause or a failure), swap (with \
            --accept-difference), or drop (the copy that is not read).
            """,
        transform: { word in
            guard let order = Rebuild.Order(rawValue: word) else {
                let known = Rebuild.Order.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(word)' is none of \(known).")
            }
            return order
        }
    )
    var order: Rebuild.Order = .start

    @Flag(help: "With swap: make the rebuilt rows live though they differ.")
    var acceptDifference = false

    @Flag(help: "Do not wait for the rebuild.")
    var detach = false

    func run() async throws {
        try await Command.run {
            try await Rebuild.run(
                model: model.rawValue,
                order: order,
                acceptsDifference: acceptDifference,
                follows: !detach,
                configuration: store.load(),
                say: Command.say
            )
        }
    }
}

struct ProjectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projections",
        abstract: "Tell how the read models of a running server are doing, and resume one.",
        subcommands: [ProjectionsStatusCommand.self, ProjectionsResumeCommand.self],
        defaultSubcommand: ProjectionsStatusCommand.self
    )
}

struct ProjectionsStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell each projection's phase and how far it is behind; 1 when one has stopped."
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        try await Command.run {
            try await Projections.tell(store.load(), say: Command.say)
        }
    }
}

struct ProjectionsResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Try a projection again that has stopped at an event, once the cause is mended."
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The read model: feed, ledger, dead-letters, journeys or value.")
    var model: ReadModelArgument

    func run() async throws {
        try await Command.run {
            try await Projections.resume(
                model: model.rawValue,
                store.load(),
                say: Command.say
            )
        }
    }
}
