// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What an ingest record, or the passing of time, asks of an outcome.
public enum OutcomeCommand: Hashable, Sendable {
    /// Judge a signal at its `receivedAt`.
    case submit(Signal)
    /// Try a dead letter again.
    case redrive(Redrive)
    /// Give a dead letter up for good.
    case discard(Discard)
    /// Everything received before this instant has been judged: settle what is due by then.
    case settle(through: Timestamp)
}

/// A request to try one dead letter again; a record of the ingest log (SPEC 3).
public struct Redrive: Hashable, Sendable {
    /// The dead letter.
    public let eventID: EventID
    /// The record's time.
    public let at: Timestamp
    /// The record's place and author.
    public let cause: Cause
    /// The reason given, if any.
    public let reason: Text?

    /// Puts the request together.
    public init(eventID: EventID, at: Timestamp, cause: Cause, reason: Text?) {
        self.eventID = eventID
        self.at = at
        self.cause = cause
        self.reason = reason
    }
}

/// A request to give one dead letter up for good; a record of the ingest log (SPEC 3).
public struct Discard: Hashable, Sendable {
    /// The dead letter.
    public let eventID: EventID
    /// The record's time.
    public let at: Timestamp
    /// The record's place and author.
    public let cause: Cause
    /// Why; required (SPEC 4).
    public let reason: Text

    /// Puts the request together.
    public init(eventID: EventID, at: Timestamp, cause: Cause, reason: Text) {
        self.eventID = eventID
        self.at = at
        self.cause = cause
        self.reason = reason
    }
}
