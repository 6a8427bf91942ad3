// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The smallest change of the signals that would have turned an outcome's result (ADR 0034).
///
/// It is never a guess: the outcome was decided again with it.
public struct Counterfactual: Hashable, Sendable {
    /// What is otherwise; each action once, in the order of the condition.
    public let changes: [FactChange]
    /// How the outcome would have ended, or would end if nothing else came.
    public let state: OutcomeState
    /// Added signals would have had to come before this: the end of the window, which they do not
    /// move.
    public let before: Timestamp
    /// The time between the last applied signal and the end of the window.
    public let roomMicroseconds: Int64
    /// For added signals, by action, one that did come, but when the outcome was final.
    public let late: [Action: SignalReference]

    /// Why there is none.
    public enum Absence: String, Hashable, Sendable {
        /// No signal has opened the outcome.
        case notOpened = "NOT_OPENED"
        /// More signals were applied than are looked at: `OutcomeTrail.signalLimit`, or larger ones:
        /// `OutcomeTrail.signalLimitBytes`.
        case tooManySignals = "TOO_MANY_SIGNALS"
        /// No change that was looked at turns the result; how many are is bounded by
        /// `CounterfactualSearch.verifiedLimitPlans` and `verifiedLimitSignals`.
        case notFound = "NOT_FOUND"
    }
}
