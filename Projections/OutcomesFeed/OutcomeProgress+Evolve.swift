// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import ExactValues
import OutcomeDomain
public import ProjectionKit

extension OutcomeProgress {
    /// Takes one more fact of the outcome's stream into the row's changing part.
    ///
    /// - Throws: When the fact does not follow the last one, or opens the outcome a second time.
    public mutating func evolve(_ fact: RecordedFact) throws(ProjectionFailure) {
        try take(fact)
    }

    /// Takes one more fact of the outcome's stream into the row's changing part.
    ///
    /// - Throws: When the fact does not follow the last one, or opens the outcome a second time.
    public mutating func evolve(_ fact: FeedFact) throws(ProjectionFailure) {
        try take(fact)
    }

    mutating func take(_ fact: some ReadByFeed) throws(ProjectionFailure) {
        guard fact.version == version + 1 else {
            throw fact.failure("the stream goes on at another version than expected")
        }
        switch fact.fact.event {
        case .opened:
            throw fact.failure("the outcome is open already")
        case .signalApplied(let applied):
            evolve(applied, at: fact.fact.time)
        case .signalDeadLettered(let letter):
            if letter.code == .outcomeNotOpen { lateSignalCount += 1 }
        case .signalRedriven, .signalDiscarded:
            break
        case .settled(let settled):
            evolve(settled, of: fact)
        }
        updatedAt = fact.fact.time
        version = fact.version
    }

    private mutating func evolve(_ applied: SignalApplied, at time: Timestamp) {
        signalCount = applied.number
        if let more = applied.signal.attribution { attribution.count(more) }
        settlesAt = applied.settlesAt
        scheduledResolution = applied.scheduledResolution
        let next: OutcomeState = applied.scheduledResolution == nil ? .open : .pending
        guard next != state else { return }
        state = next
        stateSince = time
    }

    private mutating func evolve(_ settled: OutcomeSettled, of fact: some ReadByFeed) {
        state = settled.ending.state
        stateSince = fact.fact.time
        scheduledResolution = nil
        settledAt = fact.fact.time
        recordedAt = fact.settlementRecordedAt
        quantity = settled.ending.charge?.quantity
        amount = settled.ending.charge?.amount
    }
}
