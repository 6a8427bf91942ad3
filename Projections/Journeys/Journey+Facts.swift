// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

extension Journey {
    /// The journey that an event's facts tell, in their order; nil when none is about its arrival.
    init?(_ eventID: EventID, _ facts: [RecordedFact]) {
        guard let signal = facts.lazy.compactMap(\.signal).first, let first = facts.first else {
            return nil
        }
        self.init(
            eventID: eventID,
            key: first.stream.key,
            action: signal.action,
            receivedAt: signal.receivedAt,
            status: .waiting,
            code: nil,
            isParked: false,
            passages: [],
            wait: nil
        )
        for fact in facts {
            follow(fact)
            if let last = passages.indices.last, passages[last].continues(with: fact) {
                passages[last].facts.append(fact)
            } else {
                passages.append(JourneyPassage(of: eventID, fact))
            }
        }
    }

    private mutating func follow(_ recorded: RecordedFact) {
        switch recorded.fact.event {
        case .signalApplied:
            (status, code, isParked) = (.applied, nil, false)
        case .signalDeadLettered(let letter):
            (status, code, isParked) = (.deadLettered, letter.code, letter.parked)
        case .signalRedriven(let redriven):
            code = redriven.code ?? code
        case .signalDiscarded:
            (status, isParked) = (.discarded, false)
        case .opened, .settled:
            break
        }
    }
}

extension JourneyPassage {
    fileprivate init(of eventID: EventID, _ recorded: RecordedFact) {
        let cause = recorded.fact.cause
        let occasion: Occasion =
            switch recorded.fact.event {
            case .signalRedriven: .redrive
            case .signalDiscarded: .discard
            case .settled where recorded.passage?.acceptance == nil: .time
            case .opened, .signalApplied, .signalDeadLettered, .settled:
                cause.author != nil ? .redrive : cause.eventID == eventID ? .event : .otherEvent
            }
        self.init(occasion: occasion, cause: cause, facts: [recorded])
    }

    /// Whether a fact came of the same record in the same batch.
    fileprivate func continues(with recorded: RecordedFact) -> Bool {
        guard let last = facts.last else { return false }
        return recorded.fact.cause == cause && recorded.passage == last.passage
            && recorded.batch == last.batch && recorded.node == last.node
    }
}

extension RecordedFact {
    /// The signal whose arrival it tells of.
    fileprivate var signal: Signal? {
        switch fact.event {
        case .signalApplied(let applied): applied.signal
        case .signalDeadLettered(let letter): letter.signal
        case .opened, .signalRedriven, .signalDiscarded, .settled: nil
        }
    }
}
