// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import OutcomeDomain

/// How an outcome stands at some instant under some terms.
public struct OutcomeStanding: Hashable, Sendable {
    /// The state.
    public let state: OutcomeState
    /// What would be final if the window ended then; nil unless PENDING.
    public let scheduledResolution: Resolution?
    /// When the window ends or, of a final outcome, ended.
    public let endsAt: Timestamp
    /// The money: for certain when CONFIRMED, as things stand when PENDING; else nil.
    public let charge: Charge?
    /// How many signals count.
    public let signals: Int
    /// How many found the outcome final.
    public let lateSignals: Int

    /// Nil while no signal has opened the outcome.
    init?(_ outcome: Outcome, signals: Int, lateSignals: Int) {
        switch outcome.phase {
        case .unopened:
            return nil
        case .live(let live):
            state = live.scheduledResolution == nil ? .open : .pending
            scheduledResolution = live.scheduledResolution
            endsAt = live.settlesAt
            charge = live.ending.charge
        case .settled(let settled):
            state = settled.ending.state
            scheduledResolution = nil
            endsAt = settled.settledAt
            charge = settled.ending.charge
        }
        self.signals = signals
        self.lateSignals = lateSignals
    }
}
