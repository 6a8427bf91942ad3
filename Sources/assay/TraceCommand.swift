// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import Foundation

struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Tell where an event has been and when, also beside a running server."
    )

    @OptionGroup var store: StoreOptions

    @Argument(
        help:
            "An event's id, a request's, a W3C trace's, a ledger posting's, or an idempotency key."
    )
    var id: String

    @Option(help: "The outcome key that an idempotency key is on: also finds what still waits.")
    var key: String?

    @Option(help: "The account, acct_...; may be left out when the store has one.")
    var account: String?

    @Option(help: "At most this many journeys, up to 500.")
    var limit = 50

    @Flag(help: "JSON, a journey a line.")
    var json = false

    func run() async throws {
        try await Command.run {
            try await Trace.run(
                Trace.Request(id: id, key: key, account: account, limit: limit, isJSON: json),
                configuration: store.load(),
                say: Command.say,
                note: { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
            )
        }
    }
}
