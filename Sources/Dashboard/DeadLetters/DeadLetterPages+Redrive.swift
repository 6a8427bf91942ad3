// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import EventStore
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

extension DeadLetterPages {
    /// Most Unicode scalars of a reason (SPEC 4, Dead letters).
    private static let reasonLimitScalars = 1_000

    /// Redrives the next letters of a group; when there are more, the next step is planned.
    static func redriveGroup(_ call: PageCall) async throws -> PageAnswer {
        let id = try groupID(call)
        let chosen = try await chosen(id, call)
        let receipts = try await redrive(chosen.letters, call)
        return done(.redriven, receipts, of: id, next: chosen.next)
    }

    /// Gives the next letters of a group up for good.
    static func discardGroup(_ call: PageCall) async throws -> PageAnswer {
        let id = try groupID(call)
        let reason: Text
        switch reasonTyped(call) {
        case .success(let typed): reason = typed
        case .failure(let problem): return try await again(call, reasonProblem: problem.message)
        }
        let chosen = try await chosen(id, call)
        let receipts = try await discard(chosen.letters, reason, call)
        return done(.discarded, receipts, of: id, next: nil)
    }

    static func redriveLetter(_ call: PageCall) async throws -> PageAnswer {
        let letter = ChosenLetters.Letter(try await outstanding(call))
        let receipts = try await redrive([letter], call)
        return done(.redriven, receipts, of: nil, next: nil)
    }

    static func discardLetter(_ call: PageCall) async throws -> PageAnswer {
        let letter = try await outstanding(call)
        switch reasonTyped(call) {
        case .success(let reason):
            let receipts = try await discard([ChosenLetters.Letter(letter)], reason, call)
            return done(.discarded, receipts, of: nil, next: nil)
        case .failure(let problem):
            return .page(try await letterPage(letter, reasonProblem: problem.message, call))
        }
    }

    private static func chosen(
        _ group: DeadLetterGroupID,
        _ call: PageCall
    ) async throws -> ChosenLetters {
        try await call.services.outstandingLetters(
            DeadLetterFilter(group: group),
            of: call.account,
            after: place(call.form["cursor"], in: .deadLetters, call)
        )
    }

    private struct ReasonProblem: Error {
        let message: String
    }

    private static func reasonTyped(_ call: PageCall) -> Result<Text, ReasonProblem> {
        let reason = Text(call.form.text("reason"))
        guard (1...reasonLimitScalars).contains(reason.scalarCount) else {
            let message = "must have 1 to \(reasonLimitScalars) characters: nothing was discarded"
            return .failure(ReasonProblem(message: message))
        }
        return .success(reason)
    }

    private static func redrive(
        _ letters: [ChosenLetters.Letter],
        _ call: PageCall
    ) async throws -> [IngestReceipt] {
        guard !letters.isEmpty else { return [] }
        return try await call.services.intake.redrive(
            letters.map { ($0.key, $0.eventID) },
            reason: nil,
            as: call.principal,
            trace: call.call.trace,
            request: call.call.requestID
        )
    }

    private static func discard(
        _ letters: [ChosenLetters.Letter],
        _ reason: Text,
        _ call: PageCall
    ) async throws -> [IngestReceipt] {
        guard !letters.isEmpty else { return [] }
        return try await call.services.intake.discard(
            letters.map { ($0.key, $0.eventID) },
            reason: reason,
            as: call.principal,
            trace: call.call.trace,
            request: call.call.requestID
        )
    }

    private static func done(
        _ notice: Notice,
        _ receipts: [IngestReceipt],
        of group: DeadLetterGroupID?,
        next: PageCursor?
    ) -> PageAnswer {
        guard !receipts.isEmpty else { return .done(.nothingLeft, at: Section.deadLetters.path) }
        let position = ReadToken(receipts).text
        guard let group, let next else {
            return .done(notice, at: Section.deadLetters.path, after: position)
        }
        let path = "\(path(of: group))/redrive?cursor=\(next.text)"
        return .done(notice, at: path, after: position)
    }
}
