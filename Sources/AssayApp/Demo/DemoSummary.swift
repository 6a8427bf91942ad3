// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Reads through the API what came of the demo, and tells it.
struct DemoSummary {
    let client: APIClient
    let say: @Sendable (String) -> Void

    func tell() async throws {
        try await tellOutcomes()
        try await tellLedger()
        try await tellDeadLetters()
    }

    private func tellOutcomes() async throws {
        var states: [String: Int] = [:]
        try await forEach("/v1/outcomes?limit=500") { outcome in
            states[outcome[member: "state"]?.string ?? "?", default: 0] += 1
        }
        say("\nOutcomes by state")
        for (state, count) in states.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            row(state, "\(count)")
        }
    }

    private func tellLedger() async throws {
        var totals: [String: [String: WideDecimal]] = [:]
        try await forEach("/v1/ledger/balances?limit=500") { balance in
            guard let customer = balance[member: "customer_key"]?.string,
                let currency = balance[member: "currency"]?.string,
                let amount = balance[member: "receivable"]?.string.flatMap({ WideDecimal($0) })
            else { return }
            totals[customer, default: [:]][currency, default: .zero] += amount
        }
        say("\nLedger by customer")
        for (customer, amounts) in totals.sorted(by: { $0.key < $1.key }) {
            for (currency, amount) in amounts.sorted(by: { $0.key < $1.key }) {
                row(customer, "\(amount) \(currency)")
            }
        }
    }

    private func tellDeadLetters() async throws {
        var codes: [String: Int] = [:]
        try await forEach("/v1/dead-letters?limit=500") { letter in
            codes[letter[member: "code"]?.string ?? "?", default: 0] += 1
        }
        say("\nDead letters by code")
        for (code, count) in codes.sorted(by: { $0.key < $1.key }) {
            row(code, "\(count)")
        }
    }

    private func row(_ name: String, _ value: String) {
        let gap = String(repeating: " ", count: max(1, 32 - name.count))
        say("  \(name)\(gap)\(value)")
    }

    private func forEach(_ path: String, _ body: (JSONValue) -> Void) async throws {
        var cursor: String?
        repeat {
            let answer = try await client.get(path + (cursor.map { "&cursor=\($0)" } ?? ""))
            for item in answer[member: "data"]?.array ?? [] { body(item) }
            cursor = answer[member: "next_cursor"]?.string
        } while cursor != nil
    }
}
