// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Foundation

/// `assay demo`: a fresh store, a week of support conversations played through the HTTP API, what
/// came of them, and a server that goes on serving.
public enum Demo {
    static let batchLimitEvents = 60
    static let afterwardsSeconds = 4 * 86_400

    /// Runs the demo until SIGTERM or SIGINT.
    public static func run(
        _ configuration: AssayConfiguration,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        var configuration = configuration
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-demo-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        configuration.store = "sqlite:" + directory.appendingPathComponent("demo.sqlite").path
        configuration.logLevel = "warning"
        let created = try await StoreDesk.createAccount(
            named: "Demo",
            isSandbox: true,
            clock: Timestamp(DemoConversations.start),
            in: configuration
        )
        let host = configuration.host
        let store = configuration.store
        let served = configuration
        try await Serve.run(configuration) { port in
            let base = "http://\(host):\(port)"
            say("Assay listens on \(base); the data is in \(store) until it stops.")
            let client = APIClient(base: base, token: created.token)
            try await play(with: client, say: say)
            try await DemoSummary(client: client, say: say).tell()
            try await lookCloser(base: base, token: created.token, client: client, say: say)
            try await openDoor(created.account, served, port: port, say: say)
        }
    }

    private static func play(
        with client: APIClient,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        say("A sandbox account with three agents, two rate cards and six customers ...")
        try await DemoCatalog.put(with: client)
        let events = DemoConversations().events
        say("... hears of \(DemoConversations.count) conversations in \(events.count) events ...")
        var duplicates = 0
        var posted = 0
        while posted < events.count {
            let batch = Array(events[posted...].prefix(batchLimitEvents))
            let answer = try await client.post("/v1/events/batch", .array(batch))
            let results = answer[member: "results"]?.array ?? []
            duplicates += results.count { $0[member: "duplicate"]?.bool == true }
            posted += batch.count
        }
        say("... of which \(duplicates) were retries and counted once.")
        let answer = try await client.post(
            "/v1/test-clock/advance",
            ["by": JSONValue(integerLiteral: afterwardsSeconds)]
        )
        say("The test clock moves past the windows, to \(answer[member: "now"]?.string ?? "?").")
    }

    private static func lookCloser(
        base: String,
        token: String,
        client: APIClient,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        let confirmed = try await client.get("/v1/outcomes?state=CONFIRMED&limit=1")
        let key = confirmed[member: "data"]?.array.first?[member: "key"]?.string ?? ""
        let curl = "curl -s -H 'Authorization: Bearer \(token)'"
        say("\nLook closer:")
        say("  \(curl) '\(base)/v1/outcomes/\(key.percentEncoded)/history'")
        say("  \(curl) '\(base)/v1/ledger/postings?limit=3'")
        say("  \(curl) '\(base)/v1/dead-letters?code=CUSTOMER_NOT_FOUND'")
    }

    /// Ends with the link that opens the dashboard.
    private static func openDoor(
        _ account: AccountID,
        _ configuration: AssayConfiguration,
        port: Int,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        var configuration = configuration
        configuration.port = port
        var random = SystemRandomNumberGenerator()
        let password = Hex.encode((0..<8).map { _ in UInt8.random(in: 0...255, using: &random) })
        let link = try await UserDesk.signInLink(
            visitorEmail,
            named: "Demo visitor",
            password: password,
            account: account,
            configuration
        )
        say("\nServing on \(configuration.publicBase()). ^C stops it.")
        say("To sign in again: \(visitorEmail), \(password)")
        say("The dashboard, signed in (the link works once): \(link)")
    }

    private static let visitorEmail = "demo@example.com"
}
