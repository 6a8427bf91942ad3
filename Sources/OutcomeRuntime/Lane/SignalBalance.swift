// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain

/// What a turn owes and what it pays in one partition: each signal it takes from the log has to leave exactly one
/// fact that says what became of it (SPEC 4, Dead letters).
///
/// The two sides are counted apart. What is owed comes from the places of the ingest log that the
/// cursors pass, so that a record that was never handed out is owed as well; what is paid comes from
/// the facts that are appended.
struct SignalBalance {
    /// Places of the ingest log that the cursors have passed.
    var passedPlaces: Int64 = 0
    /// Records among them that are no signals: redrives, discards, clock advances.
    var otherRecords: Int64 = 0
    /// Facts that say of a signal, at its own place, that it was applied or dead-lettered.
    var judgements: Int64 = 0

    /// Signals that are unaccounted for; below zero when one was judged twice.
    var residual: Int64 { passedPlaces - otherRecords - judgements }

    /// Counts what facts say of the signals that caused them.
    mutating func count(_ facts: [RecordedFact]) {
        for index in facts.indices {
            let signal =
                switch facts[index].fact.event {
                case .signalApplied(let applied): applied.signal.position
                case .signalDeadLettered(let letter): letter.signal.position
                case .opened, .settled, .signalRedriven, .signalDiscarded: nil as IngestPosition?
                }
            // One that was brought in by another record was judged before.
            if signal == facts[index].fact.cause.position { judgements += 1 }
        }
    }
}
