// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain

/// What a turn owes and what it pays in one partition: each signal it takes from the log has to leave
/// exactly one fact that says what became of it (SPEC 4, Dead letters), and each record of delivered
/// value the fact that it is.
///
/// The two sides are counted apart. What is owed comes from the places of the ingest log that the
/// cursors pass, so that a record that was never handed out is owed as well; what is paid comes from
/// the facts that are appended.
struct SignalBalance {
    /// Places of the ingest log that the cursors have passed.
    var passedPlaces: Int64 = 0
    /// Records among them that owe nothing: redrives, discards, clock advances.
    var otherRecords: Int64 = 0
    /// Facts that say of a signal, at its own place, that it was applied or dead-lettered, and of
    /// delivered value that it was recorded.
    var judgements: Int64 = 0

    /// Signals that are unaccounted for; below zero when one was judged twice.
    var residual: Int64 { passedPlaces - otherRecords - judgements }

    /// Counts what facts say of the signals that caused them.
    mutating func count(_ facts: [LoggedFact]) {
        for index in facts.indices {
            switch facts[index] {
            case .outcome(let recorded): count(recorded)
            case .value: judgements += 1
            }
        }
    }

    private mutating func count(_ recorded: RecordedFact) {
        let signal =
            switch recorded.fact.event {
            case .signalApplied(let applied): applied.signal.position
            case .signalDeadLettered(let letter): letter.signal.position
            case .opened, .settled, .signalRedriven, .signalDiscarded: nil as IngestPosition?
            }
        // One that was brought in by another record was judged before.
        if signal == recorded.fact.cause.position { judgements += 1 }
    }
}
