// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The state of one outcome key: a fold of its stream and of nothing else.
public struct Outcome: Hashable, Sendable {
    /// Where the outcome stands.
    public internal(set) var phase: Phase = .unopened
    /// Signals that could not open the outcome and wait for one that can.
    public internal(set) var parked: [EventID: ParkedSignal] = [:]
    /// Outstanding dead letters that do not wait, with their codes: they can only be discarded.
    public internal(set) var refused: [EventID: DeadLetterCode] = [:]

    /// The state before the first event.
    public init() {}

    /// At most this many signals wait on one key (SPEC 4, Dead letters).
    public static let parkedLimitSignals = 10_000

    /// Where an outcome stands.
    public enum Phase: Hashable, Sendable {
        /// No signal has opened the outcome.
        /// Can transition to: `live` when a signal can be routed.
        case unopened
        /// OPEN or PENDING.
        /// Can transition to: `settled` when the window ends.
        case live(LiveOutcome)
        /// CONFIRMED, FAILED or MISSED. Can transition to: nothing.
        case settled(SettledOutcome)
    }
}

/// A signal that waits for its outcome to be opened.
public struct ParkedSignal: Hashable, Sendable {
    /// The signal, with its original time and place.
    public let signal: Signal
    /// Why it could not open the outcome.
    public var code: DeadLetterCode

    /// Puts the pair together.
    public init(signal: Signal, code: DeadLetterCode) {
        self.signal = signal
        self.code = code
    }
}

/// An outcome whose window has not ended.
public struct LiveOutcome: Hashable, Sendable {
    /// What was copied from the catalog.
    public let terms: OutcomeTerms
    /// When the first signal was received.
    public let openedAt: Timestamp
    /// When the window ends, if no other signal comes first.
    public internal(set) var settlesAt: Timestamp
    /// Nil while OPEN; while PENDING what would be final if the window ended now.
    public internal(set) var scheduledResolution: Resolution?
    /// How many signals have been applied.
    public internal(set) var signalCount = 0
    /// What the condition reads, one entry per fact of the contract.
    public internal(set) var tallies: [ActionTally]
    /// What billing reads.
    public internal(set) var attribution: AttributionTally
    /// The record that set `settlesAt`.
    public internal(set) var timerCause: Cause

    init(terms: OutcomeTerms, openedAt: Timestamp, cause: Cause) {
        self.terms = terms
        self.openedAt = openedAt
        settlesAt = openedAt.adding(seconds: Int64(terms.contract.settlementPeriodSeconds))
        tallies = terms.contract.emptyTallies
        attribution = AttributionTally(method: terms.contract.attributionMethod)
        timerCause = cause
    }
}

/// An outcome whose window has ended.
public struct SettledOutcome: Hashable, Sendable {
    /// The agent it belongs to.
    public let agent: Slug
    /// The customer it belongs to.
    public let customer: CustomerKey
    /// How it ended.
    public let ending: Ending
    /// When the window ended.
    public let settledAt: Timestamp

    init(agent: Slug, customer: CustomerKey, ending: Ending, settledAt: Timestamp) {
        self.agent = agent
        self.customer = customer
        self.ending = ending
        self.settledAt = settledAt
    }
}

extension Outcome {
    /// When the window ends; nil unless the outcome is OPEN or PENDING.
    public var settlesAt: Timestamp? {
        guard case .live(let live) = phase else { return nil }
        return live.settlesAt
    }

    /// The state in the terms of SPEC 4; nil while no signal has opened the outcome.
    public var state: OutcomeState? {
        switch phase {
        case .unopened: nil
        case .live(let live): live.scheduledResolution == nil ? .open : .pending
        case .settled(let settled): settled.ending.state
        }
    }
}

/// The states of SPEC 4.
public enum OutcomeState: String, Hashable, Sendable, CaseIterable {
    /// The condition has never been true.
    case open = "OPEN"
    /// It has been true at least once.
    case pending = "PENDING"
    /// Final: billable.
    case confirmed = "CONFIRMED"
    /// Final: it had been true, and was not at the end.
    case failed = "FAILED"
    /// Final: it was never true.
    case missed = "MISSED"
}

extension Ending {
    /// The final state this ending is.
    public var state: OutcomeState {
        switch self {
        case .confirmed: .confirmed
        case .failed: .failed
        case .missed: .missed
        }
    }

    /// The charge, when there is one.
    public var charge: Charge? {
        guard case .confirmed(let charge) = self else { return nil }
        return charge
    }
}
