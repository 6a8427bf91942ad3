// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import OutcomeDomain

/// One outcome key: its state, its place in its stream, and the rules that move it.
///
/// It runs on its lane's executor, so a call from the lane is a plain function call and nothing can
/// see it between a decision and the commit. Its memory may run ahead of the store only within a
/// turn: if the turn's append fails, the lane drops it and it is rehydrated.
actor OutcomeActor {
    nonisolated let stream: StreamID
    nonisolated let partition: Partition
    private nonisolated let executor: any SerialExecutor
    private var outcome: Outcome
    private var version: Int
    private var hash: Digest
    /// Where the settlement timer stands in the store, or will once the turn is committed.
    private var timer: TimerRow

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Rehydrates the actor from its stream; an empty one gives an unopened outcome.
    init(
        stream: StreamID,
        in partition: Partition,
        fold: OutcomeFold,
        executor: any SerialExecutor
    ) {
        self.stream = stream
        self.partition = partition
        self.executor = executor
        outcome = fold.outcome
        version = fold.version
        hash = fold.hash
        timer = TimerRow(rehydratedFor: fold.outcome.settlesAt)
    }

    /// Carries out a command and forms what is to be stored, from `position` on.
    func carryOut(
        _ command: OutcomeCommand,
        in place: TurnPlace,
        from position: LogPosition,
        metadata: SignalMetadata?,
        routing: @Sendable (Signal) -> Routing
    ) -> [WrittenFact] {
        let facts = outcome.execute(command, routing: routing)
        var written: [WrittenFact] = []
        written.reserveCapacity(facts.count)
        var slot = metadata
        for fact in facts {
            let at = LogPosition(position.value + Int64(written.count))
            let carries = slot?.belongs(to: fact) ?? false
            written.append(
                write(
                    fact,
                    in: place.partition,
                    context: place.context(of: fact, after: written.last),
                    at: at,
                    metadata: carries ? slot?.slot ?? .empty : .empty
                )
            )
            if carries { slot = nil }
        }
        return written
    }

    private func write(
        _ fact: OutcomeFact,
        in partition: Partition,
        context: EnvelopeContext,
        at position: LogPosition,
        metadata: MetadataSlot
    ) -> WrittenFact {
        version += 1
        let stored = OutcomeEventSchema.store(
            fact,
            stream: stream,
            version: version,
            partition: partition,
            position: position,
            metadata: metadata,
            context: context,
            previous: hash
        )
        hash = stored.hash
        let recorded = RecordedFact(stored, fact: fact, context: context)
        return WrittenFact(stored: stored, recorded: recorded)
    }

    /// When the window ends; nil while there is none, or no longer one.
    var settlesAt: Timestamp? { outcome.settlesAt }

    /// How the timer has to move for the store to agree with the state; nil when it may stay.
    func timerMove() -> TimerMove? { timer.move(to: outcome.settlesAt) }

    /// Takes note of a row of the timer that has fired.
    func fired(at due: Timestamp) { timer.found(at: due) }

    /// What becomes of a row that fired though the outcome is not due.
    func moveAfterFiringEarly(at due: Timestamp) -> TimerMove {
        timer.moveAfterFiringEarly(at: due, wanted: outcome.settlesAt)
    }
}

/// Where a turn writes: the partition, and what the envelope says of this run.
struct TurnPlace {
    let partition: Partition
    let context: EnvelopeContext
    /// The clock of the outcome.
    let clock: TimerClock

    /// What the envelope of a fact says.
    ///
    /// A test clock passes every instant on its way, so a sandbox's settlement is recorded at the
    /// very end of its window, whatever the clock was told to jump to and whatever was processed
    /// together; but not before the facts it follows in the same command (ADR 0017).
    func context(of fact: OutcomeFact, after last: WrittenFact?) -> EnvelopeContext {
        guard clock != .live, case .settled = fact.event else { return context }
        return EnvelopeContext(
            node: context.node,
            batch: context.batch,
            recordedAt: max(fact.time, last?.recorded.recordedAt ?? .earliest),
            trace: context.trace,
            passage: context.passage
        )
    }
}

/// An event in both its forms: as stored, and as those who follow the log read it.
struct WrittenFact: Sendable {
    let stored: StoredEvent
    let recorded: RecordedFact
}

/// The client's metadata, which belongs to the first fact about its own signal.
struct SignalMetadata {
    let eventID: EventID
    let slot: MetadataSlot

    func belongs(to fact: OutcomeFact) -> Bool {
        switch fact.event {
        case .signalApplied(let applied): applied.signal.eventID == eventID
        case .signalDeadLettered(let letter): letter.signal.eventID == eventID
        case .opened, .signalRedriven, .signalDiscarded, .settled: false
        }
    }
}
