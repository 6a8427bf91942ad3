// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// The part of an outcome's row that changes with its facts.
public struct OutcomeProgress: Hashable, Sendable {
    /// The state (SPEC 4).
    public var state: OutcomeState
    /// What would be final if the window ended now; nil unless PENDING.
    public var scheduledResolution: Resolution?
    /// When the window ends or, of a final outcome, ended.
    public var settlesAt: Timestamp
    /// The logical time of the last change of state.
    public var stateSince: Timestamp
    /// The logical time of the settlement; nil before it.
    public var settledAt: Timestamp?
    /// When the settlement was written; nil before it.
    public var recordedAt: Timestamp?
    /// What was billed; nil unless CONFIRMED.
    public var quantity: WideDecimal?
    /// Price times quantity, exact; nil unless CONFIRMED.
    public var amount: WideDecimal?
    /// How many signals were applied.
    public var signalCount: Int
    /// How many signals found the outcome final (`OUTCOME_NOT_OPEN`).
    public var lateSignalCount: Int
    /// The logical time of the last fact on the outcome's stream.
    public var updatedAt: Timestamp
    /// The version of the outcome's stream.
    public var version: Int
    /// The quantity so far, by the contract's attribution.
    public var attribution: AttributionTally

    /// Puts the changing part together.
    public init(
        state: OutcomeState,
        scheduledResolution: Resolution?,
        settlesAt: Timestamp,
        stateSince: Timestamp,
        settledAt: Timestamp?,
        recordedAt: Timestamp?,
        quantity: WideDecimal?,
        amount: WideDecimal?,
        signalCount: Int,
        lateSignalCount: Int,
        updatedAt: Timestamp,
        version: Int,
        attribution: AttributionTally
    ) {
        self.state = state
        self.scheduledResolution = scheduledResolution
        self.settlesAt = settlesAt
        self.stateSince = stateSince
        self.settledAt = settledAt
        self.recordedAt = recordedAt
        self.quantity = quantity
        self.amount = amount
        self.signalCount = signalCount
        self.lateSignalCount = lateSignalCount
        self.updatedAt = updatedAt
        self.version = version
        self.attribution = attribution
    }
}
