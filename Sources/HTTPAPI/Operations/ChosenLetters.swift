// SPDX-License-Identifier: Apache-2.0

package import DeadLetters
package import ExactValues
package import OutcomeDomain
package import OutcomeRuntime
package import ProjectionKit

/// The dead letters a redrive or a discard is about.
package struct ChosenLetters: Sendable {
    package struct Letter: Sendable {
        package let eventID: EventID
        package let key: OutcomeKey
        package let code: DeadLetterCode?
        package let receivedAt: Timestamp
    }

    /// What was named and is a dead letter no longer.
    package struct Settled: Sendable {
        package let eventID: EventID
        package let key: Text
        package let status: EventFate.Status
        /// Why it was a dead letter, once it is discarded.
        package let code: DeadLetterCode?
    }

    /// Those outstanding, earliest first, so that they are tried in the order they came.
    package var letters: [Letter] = []
    /// Those named that are dead letters no longer: nothing is done about them.
    package var settled: [Settled] = []
    /// Where the filter's next letters begin; nil when it finds no more than one call takes.
    package var next: PageCursor?

    package init() {}

    /// Earliest first; of one instant in the order their ids were made, in which they came.
    mutating func sort() {
        letters.sort { left, right in
            (left.receivedAt, left.eventID.unique, left.eventID.salt)
                < (right.receivedAt, right.eventID.unique, right.eventID.salt)
        }
    }
}

extension ChosenLetters.Letter {
    package init(_ letter: DeadLetter) {
        self.init(
            eventID: letter.eventID,
            key: letter.key,
            code: letter.code,
            receivedAt: letter.receivedAt
        )
    }
}

extension RedriveHandlers {
    static func choose(
        _ request: RedriveRequest,
        _ call: APICall
    ) async throws -> ChosenLetters {
        switch request.selection {
        case .ids(let ids): try await named(ids, call)
        case .filter(let filter): try await found(filter, from: request.cursor, call)
        }
    }

    /// The letters of these ids, by the log itself: no read model has to have caught up.
    private static func named(_ ids: [EventID], _ call: APICall) async throws -> ChosenLetters {
        let account = try call.principal.account
        var chosen = ChosenLetters()
        var unknown: [FieldError] = []
        for (index, id) in ids.enumerated() {
            guard let fate = try await call.services.outcomes.fate(of: id, account: account),
                let key = OutcomeKey(fate.key)
            else {
                unknown.append(FieldError(field: "ids[\(index)]", message: "is not known"))
                continue
            }
            if fate.status == .deadLettered {
                chosen.letters.append(
                    .init(
                        eventID: id,
                        key: key,
                        code: fate.code,
                        receivedAt: fate.receivedAt
                    )
                )
            } else {
                chosen.settled.append(
                    .init(eventID: id, key: fate.key, status: fate.status, code: fate.code)
                )
            }
        }
        guard unknown.isEmpty else {
            throw APIError(.notFound, "Some ids are not known; nothing was done.", details: unknown)
        }
        chosen.sort()
        return chosen
    }

    /// The letters after a place that pass a filter.
    private static func found(
        _ filter: DeadLetterFilter,
        from place: Text?,
        _ call: APICall
    ) async throws -> ChosenLetters {
        let account = try call.principal.account
        switch try call.place(place, in: .deadLetters) {
        case .beginning:
            return try await call.services.outstandingLetters(filter, of: account, after: nil)
        case .after(let start):
            return try await call.services.outstandingLetters(filter, of: account, after: start)
        case .nowhere:
            return ChosenLetters()
        }
    }
}

extension JSONWriter {
    /// The members that tell what a redrive or discard took.
    ///
    /// `outcomes` are those of a dry run, which tell what would become of each letter.
    mutating func summary(
        _ chosen: ChosenLetters,
        isDryRun: Bool,
        position: String?,
        outcomes: [DryRunOutcome] = []
    ) {
        let afterwards = Dictionary(
            outcomes.flatMap(\.letters).map { ($0.eventID, $0) },
            uniquingKeysWith: { $1 }
        )
        member("dry_run", isDryRun)
        member("count", chosen.letters.count)
        member("skipped", chosen.settled.count)
        member("more", chosen.next != nil)
        member("next_cursor", chosen.next?.text)
        name("results")
        beginArray()
        for letter in chosen.letters {
            beginObject()
            member("event_id", letter.eventID.description)
            member("key", letter.key.text)
            member("status", "dead_lettered")
            member("code", letter.code?.rawValue)
            if let after = afterwards[letter.eventID] {
                member("status_after", after.status.rawValue)
                member("code_after", after.code?.rawValue)
            }
            endObject()
        }
        for letter in chosen.settled {
            beginObject()
            member("event_id", letter.eventID.description)
            member("key", letter.key)
            member("status", letter.status.rawValue)
            member("code", letter.code?.rawValue)
            endObject()
        }
        endArray()
        member("position", position)
    }

    /// What a redrive or a discard would make of one outcome.
    mutating func dryRunOutcome(_ outcome: DryRunOutcome) {
        beginObject()
        member("key", outcome.key.text)
        member("state_before", outcome.stateBefore?.rawValue)
        member("state_after", outcome.stateAfter?.rawValue)
        member("scheduled_resolution", outcome.scheduledResolution?.rawValue)
        member("settles_at", outcome.settlesAt)
        member("quantity", outcome.charge?.quantity)
        member("amount", outcome.charge?.amount)
        member("currency", outcome.charge?.currency.code)
        endObject()
    }
}
