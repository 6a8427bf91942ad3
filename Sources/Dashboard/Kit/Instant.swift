// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import OutcomeDomain

/// A moment as pages show it: exact for machines, to the second for people, always UTC.
struct Instant: Sendable {
    /// RFC 3339 with six fraction digits.
    let exact: String
    /// `2026-03-02 08:00:00`.
    let short: String
    /// `2026-03-02`.
    let day: String

    init(_ time: Timestamp) {
        exact = time.description
        day = String(exact.prefix(10))
        short = day + " " + exact.dropFirst(11).prefix(8)
    }
}

extension OutcomeLine {
    /// Where an outcome's page is.
    static func path(of key: OutcomeKey) -> String {
        "/dashboard/outcomes/" + PercentCoding.encode(key.text)
    }
}
