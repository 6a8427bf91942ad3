// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// A signal, and where it stands on its outcome's stream.
public struct SignalReference: Hashable, Sendable {
    /// The accepted event.
    public let eventID: EventID
    /// The version of the stream that tells of it.
    public let version: Int
    /// What happened.
    public let action: Action
    /// The time it is judged at.
    public let receivedAt: Timestamp

    init(_ signal: Signal, version: Int) {
        eventID = signal.eventID
        self.version = version
        action = signal.action
        receivedAt = signal.receivedAt
    }
}

/// A signal that carries an attribution.
public struct AttributedSignal: Hashable, Sendable {
    /// The signal.
    public let signal: SignalReference
    /// What it carries.
    public let attribution: Decimal
}

/// A dead letter that has been neither applied nor discarded.
public struct OutstandingLetter: Hashable, Sendable {
    /// The signal.
    public let signal: SignalReference
    /// Why it is not applied.
    public let code: DeadLetterCode
    /// Whether it waits on its key for a signal that opens the outcome.
    public let isParked: Bool
    /// The customer it names.
    public let customer: CustomerKey
    /// The agent it names, if any.
    public let agent: Slug?
}

/// What the catalog lacks for parked signals to open their outcome.
public struct MissingDependency: Hashable, Sendable {
    /// What is missing.
    public let code: DeadLetterCode
    /// The customer the signals name.
    public let customer: CustomerKey
    /// The agent they name, if any.
    public let agent: Slug?
    /// How many signals wait for it.
    public var signals: Int
}
