// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the HTTP API until SIGTERM or ^C."
    )

    @OptionGroup var store: StoreOptions

    @Option(help: "The address to listen on (ASSAY_HOST; 127.0.0.1).")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one (ASSAY_PORT; 8080).")
    var port: Int?

    @Flag(help: "Trust the machine's clock even if the store has seen a later time.")
    var acceptClock = false

    func run() async throws {
        try await Command.run {
            let flags = ConfigurationFlags(
                store: store.store,
                host: host,
                port: port,
                file: store.config,
                acceptClock: acceptClock ? true : nil
            )
            let configuration = try await AssayConfiguration.load(flags)
            try await Serve.run(configuration, sayOnce: Command.say) { port in
                Command.say("Assay listens on http://\(configuration.host):\(port)")
                Command.say("The data is in \(configuration.shownStore). ^C stops it.")
            }
        }
    }
}
