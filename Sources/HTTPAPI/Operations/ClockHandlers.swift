// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// The test clock of a sandbox account (SPEC 2).
enum ClockHandlers {
    static func get(_ call: APICall) async throws -> APIAnswer {
        let now = try await call.services.intake.testClock(of: try sandbox(call))
        return .object { $0.member("now", now) }
    }

    /// Moves the clock and answers when everything due has settled and is visible.
    static func advance(_ call: APICall) async throws -> APIAnswer {
        _ = try sandbox(call)
        let object = try await call.object()
        let principal = try await call.principalNow()
        let receipt = try await call.services.intake.advanceClock(
            of: principal,
            cause: call.cause
        ) { now in
            try target(object, now: now)
        }
        call.services.noteAdvance(of: principal.account, by: principal.author, for: call)
        let token = ReadToken(receipt)
        do {
            try await call.services.progress.wait(
                for: token,
                models: ReadModels.all,
                timeout: .seconds(call.services.limits.advanceSeconds)
            )
        } catch {
            throw APIError(error, position: token.text)
        }
        return .object { writer in
            writer.member("now", receipt.receivedAt)
            writer.member("position", token.text)
        }
    }

    private static func sandbox(_ call: APICall) throws(APIError) -> Principal {
        let principal = try call.principal
        guard principal.catalog.isSandbox else {
            throw APIError(.notFound, "Only a sandbox account has a test clock.")
        }
        return principal
    }

    /// Where `{"to":..}` or `{"by": seconds}` leads.
    static func target(
        _ object: JSONObject,
        now: Timestamp
    ) throws(ValidationFailure) -> Timestamp {
        var reader = ObjectReader(object, known: ["to", "by"])
        let hasTo = reader.value("to") != nil
        let hasBy = reader.value("by") != nil
        var target = reader.instant("to")
        if let to = target, to < now {
            reader.fail("to", "is before the clock, which never goes back")
        }
        if let json = reader.value("by") {
            target = Self.later(by: json, than: now)
            if target == nil {
                reader.fail("by", "must be whole seconds, not negative, up to the year 9999")
            }
        }
        if hasTo, hasBy { reader.fail("by", "cannot be given together with to") }
        if !hasTo, !hasBy { reader.fail("to", "is required, unless by is given") }
        try reader.finish()
        guard let target else {
            throw ValidationFailure(field: "to", message: "is required, unless by is given")
        }
        return target
    }

    private static func later(by json: JSONValue, than now: Timestamp) -> Timestamp? {
        guard case .number(let number) = json, let seconds = number.intValue, seconds >= 0 else {
            return nil
        }
        let horizon = Timestamp.latest.microseconds(since: now) / 1_000_000
        guard seconds <= horizon else { return nil }
        return now.adding(seconds: Int64(seconds))
    }
}
