// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What can happen on an outcome's stream.
///
/// Every accepted signal leaves a fact (SPEC 4).
public enum OutcomeEvent: Hashable, Sendable {
    /// The outcome began on these terms.
    indirect case opened(OutcomeOpened)
    /// A signal counted.
    indirect case signalApplied(SignalApplied)
    /// A signal could not be applied.
    indirect case signalDeadLettered(SignalDeadLettered)
    /// Somebody asked to try a dead letter again.
    case signalRedriven(SignalRedriven)
    /// Somebody gave a dead letter up for good.
    case signalDiscarded(SignalDiscarded)
    /// The window ended and the outcome became final.
    indirect case settled(OutcomeSettled)
}

/// The outcome began.
///
/// Its logical time is the earliest applied signal's `receivedAt`.
public struct OutcomeOpened: Hashable, Sendable {
    /// What was copied from the catalog.
    public let terms: OutcomeTerms

    /// Wraps the terms.
    public init(terms: OutcomeTerms) { self.terms = terms }
}

/// A signal counted.
///
/// Its logical time is the signal's `receivedAt`.
public struct SignalApplied: Hashable, Sendable {
    /// The signal.
    public let signal: Signal
    /// Which applied signal of the outcome this is, from 1: what a proof points at.
    public let number: Int
    /// The end of the window after it (SPEC 4, Time 2).
    public let settlesAt: Timestamp
    /// What would be final if the window ended now; nil while OPEN.
    public let scheduledResolution: Resolution?
    /// The condition's truth, node by node.
    public let proof: Proof

    /// Puts the event together.
    public init(
        signal: Signal,
        number: Int,
        settlesAt: Timestamp,
        scheduledResolution: Resolution?,
        proof: Proof
    ) {
        self.signal = signal
        self.number = number
        self.settlesAt = settlesAt
        self.scheduledResolution = scheduledResolution
        self.proof = proof
    }
}

/// A signal could not be applied.
///
/// Its logical time is the signal's `receivedAt`.
public struct SignalDeadLettered: Hashable, Sendable {
    /// The signal.
    public let signal: Signal
    /// Why.
    public let code: DeadLetterCode
    /// Whether it waits on the stream for a signal that opens the outcome.
    public let parked: Bool
    /// The catalog version that gave the code, so that anybody can ask it again; nil when the
    /// catalog was not asked.
    public let catalogVersion: Int?

    /// Puts the event together.
    public init(
        signal: Signal,
        code: DeadLetterCode,
        parked: Bool,
        catalogVersion: Int? = nil
    ) {
        self.signal = signal
        self.code = code
        self.parked = parked
        self.catalogVersion = catalogVersion
    }
}

/// A dead letter was tried again.
///
/// Its logical time is that of the redrive's record.
public struct SignalRedriven: Hashable, Sendable {
    /// The dead letter.
    public let eventID: EventID
    /// The code it keeps or has now; nil when it could be routed this time.
    public let code: DeadLetterCode?
    /// The reason given, if any.
    public let reason: Text?
    /// The catalog version that gave the code; nil when the catalog was not asked, and when it could
    /// be routed: then the terms tell it.
    public let catalogVersion: Int?

    /// Puts the event together.
    public init(
        eventID: EventID,
        code: DeadLetterCode?,
        reason: Text?,
        catalogVersion: Int? = nil
    ) {
        self.eventID = eventID
        self.code = code
        self.reason = reason
        self.catalogVersion = catalogVersion
    }
}

/// A dead letter was given up.
///
/// Its logical time is that of the discard's record.
public struct SignalDiscarded: Hashable, Sendable {
    /// The dead letter.
    public let eventID: EventID
    /// Why.
    public let reason: Text

    /// Puts the event together.
    public init(eventID: EventID, reason: Text) {
        self.eventID = eventID
        self.reason = reason
    }
}

/// The window ended.
///
/// Its logical time, `settled_at`, is the `settlesAt` that held.
public struct OutcomeSettled: Hashable, Sendable {
    /// How it ended; the charge is there exactly when it is `confirmed`.
    public let ending: Ending
    /// The condition's truth at the end.
    public let proof: Proof

    /// Puts the event together.
    public init(ending: Ending, proof: Proof) {
        self.ending = ending
        self.proof = proof
    }
}

/// How an outcome ended.
public enum Ending: Hashable, Sendable {
    /// The condition held at the end: billable.
    case confirmed(Charge)
    /// It had held, and did not at the end.
    case failed
    /// It never held.
    case missed
}

/// What a confirmed outcome costs: `amount` = price x `quantity`, exact (SPEC 6).
public struct Charge: Hashable, Sendable {
    /// The attributed quantity.
    public let quantity: WideDecimal
    /// The exact amount, never rounded.
    public let amount: WideDecimal
    /// The currency copied when the outcome opened.
    public let currency: Currency

    /// Puts the charge together.
    public init(quantity: WideDecimal, amount: WideDecimal, currency: Currency) {
        self.quantity = quantity
        self.amount = amount
        self.currency = currency
    }
}

/// What a PENDING outcome would become if its window ended now (SPEC 4, States).
public enum Resolution: String, Hashable, Sendable {
    /// The condition holds.
    case confirmed = "CONFIRMED"
    /// It has held, and does not now.
    case failed = "FAILED"
}

/// An event of an outcome with the time it holds at and what brought it about.
///
/// Time and cause are the same on every run: they belong to the stored header.
public struct OutcomeFact: Hashable, Sendable {
    /// The event.
    public let event: OutcomeEvent
    /// Its logical time.
    public let time: Timestamp
    /// The ingest record that brought it about.
    public let cause: Cause

    /// Puts the fact together.
    public init(event: OutcomeEvent, time: Timestamp, cause: Cause) {
        self.event = event
        self.time = time
        self.cause = cause
    }
}

/// The ingest record behind a fact.
///
/// For a settlement it is the record that set the window's end.
public struct Cause: Hashable, Sendable {
    /// The record's place in the ingest log.
    public let position: IngestPosition
    /// The event id the record carries.
    public let eventID: EventID
    /// Who asked, for redrives and discards: a token's id.
    public let author: Text?

    /// Puts the cause together.
    public init(position: IngestPosition, eventID: EventID, author: Text? = nil) {
        self.position = position
        self.eventID = eventID
        self.author = author
    }
}
