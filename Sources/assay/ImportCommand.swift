// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import Foundation

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Play a CSV or NDJSON file into a sandbox account.",
        discussion: """
            With --url it goes to a running server; the token is read from ASSAY_TOKEN. Without it \
            a sandbox account is made in the store, whose clock follows the file. See docs/import.md.
            """
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The file, with times in RFC 3339.")
    var file: String

    @Option(help: "A JSON file that says which column is what.")
    var mapping: String

    @Option(help: "A running server, such as http://127.0.0.1:8080.")
    var url: String?

    @Flag(help: "Afterwards move the clock past the last window, so that everything settles.")
    var settle = false

    func run() async throws {
        try await Command.run {
            try await ImportFile.run(
                file: file,
                mapping: mapping,
                target: target(),
                settles: settle,
                say: Command.say
            )
        }
    }

    private func target() async throws -> ImportFile.Target {
        guard let url else { return .store(try await store.load()) }
        guard let token = ProcessInfo.processInfo.environment["ASSAY_TOKEN"] else {
            throw CommandFailure("Set ASSAY_TOKEN to a token of the sandbox account.")
        }
        return .server(url: url, token: token)
    }
}
