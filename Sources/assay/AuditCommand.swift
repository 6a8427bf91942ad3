// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import ExactValues
import Foundation

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check a whole store: hashes, chains, every decision again, and all sums.",
        discussion: """
            Reads only, also beside a running server. What was checked is told on standard output, \
            progress on standard error. Exit status 0: nothing is amiss; 1: something was found; \
            2: the audit could not be made. See docs/operations.md, Auditing a store.
            """
    )

    @OptionGroup var store: StoreOptions

    @Option(help: "Only this account's decisions and sums, acct_...; all hashes all the same.")
    var account: String?

    @Option(help: "A file that assay checkpoints export wrote: the log must agree with it.")
    var checkpoints: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Build every read model aside and compare it row by row."
    )
    var readModels = true

    @Flag(help: "Tell the report as one JSON object.")
    var json = false

    func run() async throws {
        let isClean: Bool
        do {
            var options = AuditStore.Options()
            options.isJSON = json
            options.checkpoints = checkpoints
            options.comparesReadModels = readModels
            if let account {
                guard let id = AccountID(account) else {
                    throw CommandFailure("'\(account)' is not an account id: acct_...")
                }
                options.account = id
            }
            isClean = try await AuditStore.run(
                store.load(),
                options,
                say: Command.say,
                tell: Command.tell
            )
        } catch {
            Command.tell("assay: \(error)")
            throw ExitCode(2)
        }
        guard isClean else { throw ExitCode(1) }
    }
}
