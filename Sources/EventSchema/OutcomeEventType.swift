// SPDX-License-Identifier: Apache-2.0

import OutcomeDomain

/// The types of events on an outcome's stream, the most frequent first.
enum OutcomeEventType: String, WrittenType {
    case signalApplied = "signal_applied"
    case outcomeOpened = "outcome_opened"
    case outcomeSettled = "outcome_settled"
    case signalDeadLettered = "signal_dead_lettered"
    case signalRedriven = "signal_redriven"
    case signalDiscarded = "signal_discarded"

    var written: StaticString {
        switch self {
        case .signalApplied: "\"signal_applied\""
        case .outcomeOpened: "\"outcome_opened\""
        case .outcomeSettled: "\"outcome_settled\""
        case .signalDeadLettered: "\"signal_dead_lettered\""
        case .signalRedriven: "\"signal_redriven\""
        case .signalDiscarded: "\"signal_discarded\""
        }
    }

    /// The type an event is written as.
    init(_ event: OutcomeEvent) {
        self =
            switch event {
            case .opened: .outcomeOpened
            case .signalApplied: .signalApplied
            case .signalDeadLettered: .signalDeadLettered
            case .signalRedriven: .signalRedriven
            case .signalDiscarded: .signalDiscarded
            case .settled: .outcomeSettled
            }
    }
}
