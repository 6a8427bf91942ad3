// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import EventStore
public import ExactValues
public import OutcomeDomain
public import ProjectionKit

/// What a fact does to the outstanding dead letters.
public enum DeadLetterChange: Hashable, Sendable {
    /// A signal that was never a dead letter is one now.
    case insert(DeadLetter)
    /// A dead letter was brought in and is one again, under another code.
    case replace(DeadLetter)
    /// A dead letter was tried again and has this code.
    case recode(EventID, DeadLetterCode)
    /// A dead letter was applied or discarded.
    case remove(EventID)

    /// The change a fact makes; nil for the many that make none.
    ///
    /// A signal judged when it arrived is the cause of its own fact. Where the cause is another
    /// record, a dead letter was brought in: by a signal that opened the outcome, or by a redrive.
    public static func of(_ fact: RecordedFact) throws(ProjectionFailure) -> DeadLetterChange? {
        switch fact.fact.event {
        case .signalApplied(let applied):
            guard applied.signal.position != fact.fact.cause.position else { return nil }
            return .remove(applied.signal.eventID)
        case .signalDeadLettered(let letter):
            let row = try DeadLetter(letter, fact)
            let isOwnCause = letter.signal.position == fact.fact.cause.position
            return isOwnCause ? .insert(row) : .replace(row)
        case .signalRedriven(let redriven):
            guard let code = redriven.code else { return nil }
            return .recode(redriven.eventID, code)
        case .signalDiscarded(let discarded):
            return .remove(discarded.eventID)
        case .opened, .settled:
            return nil
        }
    }

    /// The dead letter it is about.
    public var eventID: EventID {
        switch self {
        case .insert(let letter), .replace(let letter): letter.eventID
        case .recode(let eventID, _), .remove(let eventID): eventID
        }
    }
}

extension DeadLetterChange {
    /// The dead letter after the change; nil when it is outstanding no more.
    ///
    /// - Throws: When the letter is not there that should be, or is there and should not be.
    public func fold(
        _ letter: DeadLetter?,
        _ fact: RecordedFact
    ) throws(ProjectionFailure) -> DeadLetter? {
        switch self {
        case .insert(let new):
            guard letter == nil else {
                throw ProjectionFailure(fact, "the signal is a dead letter already")
            }
            return new
        case .replace(let new):
            _ = try existing(letter, fact)
            return new
        case .recode(_, let code):
            var recoded = try existing(letter, fact)
            recoded.code = code
            return recoded
        case .remove:
            _ = try existing(letter, fact)
            return nil
        }
    }

    private func existing(
        _ letter: DeadLetter?,
        _ fact: RecordedFact
    ) throws(ProjectionFailure) -> DeadLetter {
        guard let letter else {
            throw ProjectionFailure(fact, "the dead letter is not outstanding")
        }
        return letter
    }
}

extension DeadLetter {
    init(_ letter: SignalDeadLettered, _ fact: RecordedFact) throws(ProjectionFailure) {
        guard let key = OutcomeKey(fact.stream.key) else {
            throw ProjectionFailure(fact, "the stream's key is no outcome key")
        }
        self.init(
            account: fact.stream.account,
            eventID: letter.signal.eventID,
            key: key,
            code: letter.code,
            action: letter.signal.action,
            customer: letter.signal.customer,
            agent: letter.signal.agent,
            receivedAt: letter.signal.receivedAt,
            parked: letter.parked
        )
    }
}
