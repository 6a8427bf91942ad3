// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import HTTPAPI
import OutcomeRuntime

extension PageCall {
    /// What time it is for the account: a sandbox's is what its test clock says.
    func now() async throws -> Timestamp {
        guard principal.catalog.isSandbox else { return services.clock.now() }
        return try await services.intake.testClock(of: principal)
    }
}

/// A UTC day, counted from 1970-01-01.
enum Day {
    private static let microseconds: Int64 = 86_400_000_000

    /// `2026-03-02`.
    static func text(_ day: Int) -> String { Instant(start(of: day)).day }

    /// When it begins; days out of the range of instants are held to it.
    static func start(of day: Int) -> Timestamp {
        let (begin, overflow) = Int64(day).multipliedReportingOverflow(by: microseconds)
        return overflow
            ? .latest : Timestamp(microseconds: begin) ?? (day < 0 ? .earliest : .latest)
    }
}
