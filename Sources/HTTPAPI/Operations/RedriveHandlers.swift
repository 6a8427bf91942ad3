// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import DeadLetters
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// Dead letters tried again, or given up for good (SPEC 4, Dead letters).
enum RedriveHandlers {
    static func redrive(_ call: APICall) async throws -> APIAnswer {
        let request = try await read(call, needsReason: false)
        let chosen = try await choose(request, call)
        guard !request.isDryRun else { return try await dryRun(.redrive, of: chosen, call) }
        let letters = chosen.letters
        let receipts =
            letters.isEmpty
            ? []
            : try await call.services.intake.redrive(
                letters.map { ($0.key, $0.eventID) },
                reason: request.reason,
                as: try await call.principalNow(),
                trace: call.trace,
                request: call.requestID
            )
        return answer(chosen, receipts)
    }

    static func discard(_ call: APICall) async throws -> APIAnswer {
        let request = try await read(call, needsReason: true)
        let chosen = try await choose(request, call)
        guard !request.isDryRun else { return try await dryRun(.discard, of: chosen, call) }
        let letters = chosen.letters
        guard let reason = request.reason else {
            throw APIError.invalid("reason", "is required")
        }
        let receipts =
            letters.isEmpty
            ? []
            : try await call.services.intake.discard(
                letters.map { ($0.key, $0.eventID) },
                reason: reason,
                as: try await call.principalNow(),
                trace: call.trace,
                request: call.requestID
            )
        return answer(chosen, receipts)
    }

    private static func read(
        _ call: APICall,
        needsReason: Bool
    ) async throws -> RedriveRequest {
        try RedriveRequest(
            json: try await call.object(),
            needsReason: needsReason,
            lettersLimit: call.services.limits.redriveLetters
        )
    }

    private static func answer(_ chosen: ChosenLetters, _ receipts: [IngestReceipt]) -> APIAnswer {
        let position = receipts.isEmpty ? nil : ReadToken(receipts).text
        return .object(status: 202) { writer in
            writer.summary(chosen, isDryRun: false, position: position)
        }
    }

    // MARK: The dry run

    private static func dryRun(
        _ action: LetterAction,
        of chosen: ChosenLetters,
        _ call: APICall
    ) async throws -> APIAnswer {
        let outcomes = try await call.services.dryRun(
            action,
            of: chosen,
            as: try await call.principalNow()
        )
        return .object(reserving: 256 + chosen.letters.count * 384) { writer in
            writer.summary(chosen, isDryRun: true, position: nil, outcomes: outcomes)
            writer.name("outcomes")
            writer.beginArray()
            for outcome in outcomes {
                writer.dryRunOutcome(outcome)
            }
            writer.endArray()
            writer.name("totals")
            writer.beginArray()
            for (currency, amount) in outcomes.totals {
                writer.beginObject()
                writer.member("currency", currency)
                writer.member("amount", amount)
                writer.endObject()
            }
            writer.endArray()
        }
    }
}
