// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// `assay import`: plays a file into a sandbox account through the public API.
///
/// Every event carries an idempotency key made from its row, so an import that was cut off can be
/// run again and goes on where it stopped.
struct Importer: Sendable {
    let client: APIClient
    let say: @Sendable (String) -> Void

    /// Events are posted in batches of this many.
    static let batchLimitEvents = 500
    /// At most this many refused rows are shown.
    static let shownLimitErrors = 5
    /// With `--settle` the clock is moved this far after the last row: no window lasts longer.
    static let settleSeconds = 15_552_000

    /// What an import came to.
    struct Summary: Sendable {
        var accepted = 0
        var duplicates = 0
        var errors: [String] = []
    }

    func run(_ plan: ImportPlan, mapping: ImportMapping, settles: Bool) async throws -> Summary {
        try await checkClock(plan)
        try await putCatalog(mapping, customers: plan.customers)
        var summary = Summary()
        var posted = 0
        while posted < plan.events.count {
            let batch = Array(plan.events[posted...].prefix(Self.batchLimitEvents))
            let answer = try await client.post("/v1/events/batch", .array(batch))
            take(answer, from: posted, into: &summary)
            posted += batch.count
            say("  \(posted) of \(plan.events.count.counted("event"))")
        }
        guard summary.errors.isEmpty else { return summary }
        if settles {
            say("  moving the clock past the last window")
            _ = try await client.post(
                "/v1/test-clock/advance",
                ["by": JSONValue(integerLiteral: Self.settleSeconds)]
            )
        }
        return summary
    }

    private func take(_ answer: JSONValue, from first: Int, into summary: inout Summary) {
        for (index, result) in (answer[member: "results"]?.array ?? []).enumerated() {
            if let error = result[member: "error"] {
                let message = error[member: "message"]?.string ?? "refused"
                let details = (error[member: "details"]?.array ?? []).map { detail in
                    "\(detail[member: "field"]?.string ?? ""): "
                        + "\(detail[member: "message"]?.string ?? "")"
                }
                summary.errors.append(
                    "event \(first + index + 1): \(message) \(details.joined(separator: "; "))"
                )
            } else if result[member: "duplicate"]?.bool == true {
                summary.duplicates += 1
            } else {
                summary.accepted += 1
            }
        }
    }

    /// The sandbox's clock follows the file, so it must not be past the file's beginning already,
    /// unless this is the same import going on.
    private func checkClock(_ plan: ImportPlan) async throws {
        let answer = try await client.get("/v1/test-clock")
        guard let text = answer[member: "now"]?.string, let now = Timestamp(text) else {
            throw CommandFailure("The account has no test clock; import into a sandbox account.")
        }
        guard let start = plan.start, now > start else { return }
        say("The test clock is at \(now), after the file's first row (\(start)):")
        say("earlier rows count as received now, unless they were imported before.")
    }

    private func putCatalog(_ mapping: ImportMapping, customers: [String]) async throws {
        guard let catalog = mapping.catalog else { return }
        for (key, agent) in catalog.agents {
            _ = try await client.put("/v1/agents/\(key.percentEncoded)", agent)
        }
        for (key, card) in catalog.rateCards {
            _ = try await client.put("/v1/rate-cards/\(key.percentEncoded)", card)
        }
        guard let card = catalog.customersRateCard else { return }
        for customer in customers {
            _ = try await client.put(
                "/v1/customers/\(customer.percentEncoded)",
                ["name": .string(Text(customer)), "rate_card_key": .string(Text(card))]
            )
        }
    }
}

extension String {
    /// Safe as one segment of a path.
    var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_" || scalar == "."
            encoded += isPlain ? String(Character(scalar)) : "%" + Hex.encode([byte]).uppercased()
        }
        return encoded
    }
}
