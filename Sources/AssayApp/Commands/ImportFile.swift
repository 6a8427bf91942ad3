// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// `assay import FILE`: into a running server, or into a store that is not being served.
public enum ImportFile {
    /// Where an import goes.
    public enum Target: Sendable {
        /// A running server, with a token of a sandbox account.
        case server(url: String, token: String)
        /// A store: a sandbox account is made whose clock starts at the file's first row.
        case store(AssayConfiguration)
    }

    /// Imports a file.
    ///
    /// - Throws: `CommandFailure` when the file or mapping cannot be read or a row was refused.
    public static func run(
        file: String,
        mapping path: String,
        target: Target,
        settles: Bool,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        let mapping = try ImportMapping.read(path)
        let plan = try ImportPlan(table: ImportTable.read(file), mapping: mapping)
        say(
            "\(file): \(plan.events.count.counted("event")), "
                + "\(plan.customers.count.counted("customer"))"
        )
        switch target {
        case .server(let url, let token):
            try await play(
                plan,
                mapping,
                APIClient(base: url, token: token),
                settles: settles,
                say: say
            )
        case .store(var configuration):
            let created = try await StoreDesk.createAccount(
                named: file,
                isSandbox: true,
                clock: plan.start,
                in: configuration,
                instead: "import through that server with --url, or stop it first"
            )
            configuration.port = 0
            let host = configuration.host
            say("Account \(created.account), token \(created.token)")
            try await Serve.run(configuration, ends: .withCompanion) { port in
                let client = APIClient(base: "http://\(host):\(port)", token: created.token)
                try await play(plan, mapping, client, settles: settles, say: say)
            }
        }
    }

    private static func play(
        _ plan: ImportPlan,
        _ mapping: ImportMapping,
        _ client: APIClient,
        settles: Bool,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        let importer = Importer(client: client, say: say)
        let summary = try await importer.run(plan, mapping: mapping, settles: settles)
        say("Accepted \(summary.accepted.counted("event")), \(summary.duplicates) had been before.")
        guard !summary.errors.isEmpty else { return }
        for error in summary.errors.prefix(Importer.shownLimitErrors) { say("  \(error)") }
        let count = summary.errors.count
        throw CommandFailure(
            "\(count.counted("event")) \(count == 1 ? "was" : "were") refused; see above."
        )
    }
}
