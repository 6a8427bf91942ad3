// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Play a week of support conversations on a fresh store and go on serving."
    )

    @Option(help: "The address to listen on (ASSAY_HOST; 127.0.0.1).")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one (ASSAY_PORT; 8080).")
    var port: Int?

    func run() async throws {
        try await Command.run {
            let flags = ConfigurationFlags(host: host, port: port)
            try await Demo.run(try await AssayConfiguration.load(flags), say: Command.say)
        }
    }
}
